package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which words of a primary count, and which do not. */
class CopyReportsTest extends LeaderCase {
    private Partition before;
    private ServerId primary;
    private ServerId second;
    private ServerId third;

    @BeforeEach
    void attach() {
        attached(A, B, C);
        before = row();
        primary = before.inSync().get(0);
        second = before.inSync().get(1);
        third = before.inSync().get(2);
    }

    private Partition row() {
        return table.partition(0);
    }

    private CopyReport about(ServerId copy) {
        return new CopyReport(0, row().epoch(), copy);
    }

    /** The third copy has to join again. */
    private void dropThird() {
        complainOf(third);
        decide();
        assertEquals(List.of(third), row().joining());
    }

    /** For longer than the leader waits; who was there is still there. */
    private void complainOf(ServerId copy) {
        report(primary, new ServerReportBuilder(primary).unresponsive(about(copy)));
        passMs(1_100);
        report(primary, new ServerReportBuilder(primary).unresponsive(about(copy)));
    }

    @Test
    void whatWasSaidOfAJoinersFormerProcessIsNotTrueOfTheNextOne() {
        dropThird();
        report(primary, new ServerReportBuilder(primary).joined(about(third)));
        reportAnew(third, new ServerReportBuilder(third).restarted());
        decide();
        assertEquals(2, table.server(third).orElseThrow().incarnation());
        assertEquals(List.of(third), row().joining());
    }

    @Test
    void aJoinerThatLostItsEndNeedsAWordThatIsNewerThanItsRestart() {
        dropThird();
        report(primary, new ServerReportBuilder(primary).joined(about(third)));
        reportAnew(third, new ServerReportBuilder(third).lossy(1));
        decide();
        decide();
        assertEquals(List.of(third), row().joining(), "the word is about what it had");
        report(primary, new ServerReportBuilder(primary).joined(about(third)));
        decide();
        assertTrue(row().inSync().contains(third));
    }

    /** In the epochs between, others may have acknowledged writes without the joiner. */
    @Test
    void aWordAboutAnotherEpochDoesNotBringAJoinerIntoSync() {
        dropThird();
        for (long epoch : new long[] {row().epoch() - 1, row().epoch() + 1}) {
            report(primary, new ServerReportBuilder(primary).joined(new CopyReport(0, epoch, third)));
            decide();
            assertEquals(List.of(third), row().joining(), "epoch " + epoch);
        }
    }

    /** It waits until all are back, because it may lack what they have. */
    @Test
    void aProcessThatTheTableDoesNotNameDropsNobody() {
        killed(second);
        killed(third);
        reportAnew(primary, new ServerReportBuilder(primary).lossy(3).unresponsive(about(second)));
        passMs(1_100);
        report(primary, new ServerReportBuilder(primary).lossy(3).unresponsive(about(second)));
        decide();
        assertEquals(before.inSync(), row().inSync());
    }

    /**
     * One of them may have restarted without what it acknowledged: a manager that has just started has to hear of it.
     */
    @Test
    void aPrimaryWhoseLogIsStuckStaysUntilAllOtherCopiesAreKnownToBeGood() {
        ReportBook newBook = new ReportBook(nowMs);
        newBook.onTable(table);
        ServerReportBuilder stuck = new ServerReportBuilder(primary).unresponsive(about(primary));
        newBook.onReport(stuck.build(), connection(primary), nowMs);
        passMs(1_100);
        newBook.onReport(stuck.build(), connection(primary), nowMs);
        assertEquals(before, nextRow(newBook), "nobody else has reported");
        newBook.onReport(new ServerReportBuilder(second).build(), connection(second), nowMs);
        assertEquals(before, nextRow(newBook), "the third has not");
        newBook.onReport(new ServerReportBuilder(third).build(), connection(third), nowMs);
        assertEquals(List.of(second, third), nextRow(newBook).inSync());
        assertEquals(List.of(primary), nextRow(newBook).joining());
    }

    private Partition nextRow(ReportBook newBook) {
        return leader().next(table, newBook.observe(false, nowMs), List.of())
                .table()
                .orElse(table)
                .partition(0);
    }

    @Test
    void aPrimaryWhoseLogIsStuckStaysWhereTheOtherCopyCannotBeRead() {
        dropThird();
        Partition two = row();
        report(second, new ServerReportBuilder(second).unreadable(0));
        complainOf(primary);
        decide();
        assertEquals(two, row());
    }

    @Test
    void aPrimaryWhoseLogIsStuckStaysWhereTheOtherCopyIsGone() {
        dropThird();
        ServerReportBuilder stuck =
                new ServerReportBuilder(primary).unreadable(0).unresponsive(about(primary));
        report(primary, stuck);
        passMs(1_100);
        killed(second);
        report(primary, stuck);
        decide();
        assertEquals(List.of(primary, second), row().inSync());
    }
}
