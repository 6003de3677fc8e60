package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each rule alone stops a proposal: what the leader gets wrong never becomes the table. */
class TableRulesTest extends LeaderCase {
    @BeforeEach
    void attach() {
        attached(A, B);
    }

    private ClusterTable after(String cluster, long version, int replicas, List<HostPort> managers, Orders orders) {
        return new ClusterTable(
                cluster,
                version,
                replicas,
                table.autoReplace(),
                table.plannedMoves(),
                managers,
                table.servers(),
                table.partitions(),
                orders);
    }

    /** The next table, with row 3 changed. */
    private ClusterTable with(UnaryOperator<Partition> change) {
        List<Partition> rows = new ArrayList<>(table.partitions());
        rows.set(3, change.apply(rows.get(3)));
        return table.next(table.servers(), rows);
    }

    private void assertRefused(String why, ClusterTable after) {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> TableRules.check(table, after));
        assertTrue(String.valueOf(e.getMessage()).contains(why), e::getMessage);
    }

    @Test
    void whatNeverChanges() {
        String cluster = table.clusterId();
        long next = table.version() + 1;
        List<HostPort> managers = table.managers();
        assertDoesNotThrow(() -> TableRules.check(table, after(cluster, next, 3, managers, Orders.NONE)));
        assertRefused("cluster", after("another", next, 3, managers, Orders.NONE));
        assertRefused("version", after(cluster, next + 1, 3, managers, Orders.NONE));
        assertRefused("version", after(cluster, next - 1, 3, managers, Orders.NONE));
        assertRefused("replicas", after(cluster, next, 2, managers, Orders.NONE));
        assertRefused("managers", after(cluster, next, 3, List.of(new HostPort("other", 1)), Orders.NONE));
        assertRefused("rows", table.next(table.servers(), table.partitions().subList(0, PARTITIONS / 2)));
    }

    @Test
    void aServerThatCopiesAreGivenToIsNotDrained() {
        assertRefused(
                "can't be drained",
                after(table.clusterId(), table.version() + 1, 3, table.managers(), Orders.NONE.withDrained(A)));
        assertRefused(
                "can't be drained",
                after(table.clusterId(), table.version() + 1, 3, table.managers(), Orders.NONE.withDrained(D)));
    }

    @Test
    void epochsOnlyGrow() {
        assertRefused("epoch", with(row -> row.with(row.epoch() - 1, row.inSync(), row.joining())));
    }

    @Test
    void anotherPrimaryHasAnotherEpoch() {
        assertRefused(
                "new primary, old epoch",
                with(row -> row.with(row.epoch(), List.of(row.inSync().get(1)), List.of())));
        List<ServerInfo> restarted = table.servers().stream()
                .map(info -> info.restartedAs(info.address(), info.incarnation() + 1, info.zone()))
                .toList();
        assertRefused("new primary, old epoch", table.next(restarted, table.partitions()));
    }

    @Test
    void nobodyIsInSyncWithoutHavingJoined() {
        attached(A, B, C);
        table = with(row -> row.with(row.epoch(), List.of(A, B), List.of()));
        assertRefused("in sync without joining", with(row -> row.with(row.epoch(), List.of(A, B, C), List.of())));
        table = with(row -> row.with(row.epoch(), List.of(A, B), List.of(C)));
        assertDoesNotThrow(() ->
                TableRules.check(table, with(row -> row.with(row.epoch(), List.of(A, B, C), List.of()))));
    }

    @Test
    void onlyServersOfTheTableHaveCopies() {
        List<ServerInfo> one = table.servers().subList(0, 1);
        assertRefused("unknown server", table.next(one, table.partitions()));
        assertRefused("unknown server", with(row -> row.with(row.epoch(), row.inSync(), List.of(D))));
    }

    @Test
    void theLastCopyInSyncStays() {
        assertRefused("the last copy", with(row -> row.with(row.epoch() + 1, List.of(), row.inSync())));
    }

    @Test
    void whoGetsARowThatNobodyHadBeginsAnEpoch() {
        ClusterTable full = table;
        List<Partition> none = full.partitions().stream()
                .map(row -> row.with(5, List.of(), List.of()))
                .toList();
        table = full.next(full.servers(), none);
        assertRefused("epoch", with(row -> row.with(5, List.of(A), List.of())));
        assertDoesNotThrow(() -> TableRules.check(table, with(row -> row.with(6, List.of(A), List.of()))));
    }
}
