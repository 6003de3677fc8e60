package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.manager.leader.Observations.CopyKey;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the book takes for the same as before, and what not. */
class ReportBookTest extends LeaderCase {
    @BeforeEach
    void attach() {
        attached(A, B, C);
    }

    /** A server that reconnects at once is not gone when its old connection is noticed to be dead. */
    @Test
    void theEndOfAFormerConnectionSaysNothing() {
        Object former = connection(C);
        reportAnew(C, new ServerReportBuilder(C));
        book.onClosed(C, former, nowMs);
        passMs(600);
        decide();
        assertEquals(ServerState.ATTACHED, table.server(C).orElseThrow().state());
    }

    @Test
    void anotherProcessIsKnownAndComplainsFromItsFirstReportOn() {
        CopyReport word = new CopyReport(0, 1, B);
        report(A, new ServerReportBuilder(A).unresponsive(word));
        passMs(5_000);
        reportAnew(A, new ServerReportBuilder(A).unresponsive(word));
        assertEquals(5_000, observe().sight(A).orElseThrow().knownMs(), "another connection of the same process");
        assertEquals(5_000, observe().complaints().get(0).ageMs());
        reportAnew(A, new ServerReportBuilder(A).restarted().unresponsive(word));
        assertEquals(0, observe().sight(A).orElseThrow().knownMs());
        assertEquals(0, observe().complaints().get(0).ageMs());
    }

    /** In a table that was not seen the joiner may have been in sync, and dropped again. */
    @Test
    void afterAGapInTheTablesAJoinerCountsFromTheNextOneOn() {
        ClusterTable first = next(table);
        book.onTable(first);
        ClusterTable second = next(first);
        book.onTable(second);
        assertEquals(
                Map.of(new CopyKey(0, joiner(second)), first.version()),
                observe().joiningSince());
        ClusterTable unseen = next(second);
        ClusterTable last = next(unseen);
        book.onTable(last);
        assertEquals(
                Map.of(new CopyKey(0, joiner(last)), last.version()), observe().joiningSince());
    }

    /** Or the leader would take the joiners of before for most of those of now, and make a version for few of them. */
    @Test
    void whoIsInSyncByNowIsNoJoinerThatHasEverything() {
        ClusterTable first = next(table);
        book.onTable(first);
        report(A, new ServerReportBuilder(A).joined(new CopyReport(0, 1, joiner(first))));
        assertEquals(1, book.joinerCount());
        assertEquals(1, book.joinedCount());
        book.onTable(first.next(first.servers(), table.partitions()));
        assertEquals(0, book.joinerCount());
        assertEquals(0, book.joinedCount());
    }

    /** The next table, in which the last copy of partition 0 joins. */
    private static ClusterTable next(ClusterTable before) {
        List<Partition> rows = new ArrayList<>(before.partitions());
        Partition row = rows.get(0);
        if (row.joining().isEmpty()) {
            rows.set(
                    0,
                    row.with(
                            row.epoch(),
                            row.inSync().subList(0, 2),
                            row.inSync().subList(2, 3)));
        }
        return before.next(before.servers(), rows);
    }

    private static ServerId joiner(ClusterTable table) {
        return table.partition(0).joining().get(0);
    }
}
