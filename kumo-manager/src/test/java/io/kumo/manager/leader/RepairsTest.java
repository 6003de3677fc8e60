package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepairsTest {
    private static final ServerId A = new ServerId(1);
    private static final ServerId B = new ServerId(2);
    private static final ServerId C = new ServerId(3);

    private final LeaderCase cluster = new LeaderCase() {};

    @BeforeEach
    void attach() {
        cluster.attached(A, B, C);
    }

    private void damaged(ServerId id, int... partitions) {
        cluster.report(id, cluster.new ServerReportBuilder(id).damaged(partitions));
    }

    private Partition row(int partition) {
        return cluster.table.partition(partition);
    }

    @Test
    void aDamagedPrimaryGivesWayToASoundCopyAndJoins() {
        Partition before = row(0);
        ServerId primary = before.inSync().get(0);
        damaged(primary, 0);
        cluster.decide();
        assertEquals(before.epoch() + 1, row(0).epoch());
        assertEquals(List.of(primary), row(0).joining());
        assertFalse(row(0).inSync().contains(primary));
        assertEquals(2, row(0).inSync().size());
        cluster.settle(A, B, C);
        assertTrue(row(0).inSync().contains(primary));
    }

    @Test
    void aDamagedCopyJoinsInTheSameEpoch() {
        Partition before = row(0);
        ServerId copy = before.inSync().get(1);
        damaged(copy, 0);
        cluster.decide();
        assertEquals(before.epoch(), row(0).epoch());
        assertEquals(List.of(copy), row(0).joining());
    }

    @Test
    void copiesOfARowAreMendedOneAfterTheOther() {
        Partition before = row(0);
        damaged(before.inSync().get(1), 0);
        damaged(before.inSync().get(2), 0);
        cluster.decide();
        assertEquals(1, row(0).joining().size());
        cluster.decide();
        assertEquals(1, row(0).joining().size());
        assertEquals(2, row(0).inSync().size());
    }

    @Test
    void aDamagedPrimaryDoesNotWaitForJoinersThatGetNothingFromIt() {
        Partition before = row(0);
        ServerId primary = before.inSync().get(0);
        ServerId copy = before.inSync().get(1);
        damaged(copy, 0);
        cluster.decide();
        damaged(primary, 0);
        cluster.decide();
        assertEquals(List.of(copy, primary), row(0).joining());
        assertEquals(List.of(before.inSync().get(2)), row(0).inSync());
    }

    @Test
    void whereNoCopyIsSoundEachStaysInSync() {
        Partition before = row(0);
        damaged(A, 0);
        damaged(B, 0);
        damaged(C, 0);
        cluster.decide();
        assertEquals(before, row(0));
    }

    @Test
    void whatWasSaidInAnEarlierEpochDoesNotCount() {
        ServerId primary = row(0).inSync().get(0);
        damaged(primary, 0);
        cluster.decide();
        long version = cluster.table.version();
        cluster.decide();
        assertEquals(version, cluster.table.version());
    }

    /** The intended primary and the one with the least to do give way to one that is sound. */
    @Test
    void aDamagedCopyIsPromotedOnlyWhereNoneIsSound() {
        for (Partition before : List.copyOf(cluster.table.partitions())) {
            ServerId next = before.inSync().get(1);
            ServerId last = before.inSync().get(2);
            damaged(next, before.id());
            cluster.killed(before.inSync().get(0));
            Partition after = cluster.next().table().orElseThrow().partition(before.id());
            assertEquals(last, after.inSync().get(0));
            damaged(last, before.id());
            after = cluster.next().table().orElseThrow().partition(before.id());
            assertTrue(after.inSync().containsAll(List.of(next, last)));
            cluster.settle(A, B, C);
        }
    }

    /** So many are damaged that most of them have to wait until they are mended. */
    @Test
    void noPrimaryIsHandedOverToADamagedCopy() {
        cluster.killed(C);
        cluster.settle(A, B);
        int[] all = IntStream.range(0, LeaderCase.PARTITIONS).toArray();
        damaged(B, all);
        Command drain = new Command.Drain(List.of("s1:19800"));
        ClusterTable next = oneAtATime(drain);
        assertEquals(
                1,
                next.partitions().stream()
                        .filter(row -> !row.joining().isEmpty())
                        .count());
        for (Partition row : next.partitions()) {
            boolean wasPrimary = row(row.id()).isPrimary(A);
            assertTrue(!wasPrimary || row.isPrimary(A), row::toString);
        }
        cluster.decide(drain);
        cluster.settle(A, B);
        assertEquals(0, cluster.primaries(A), "once they are mended");
    }

    @Test
    void copiesThatAreMissingWaitForNoMoves() {
        cluster.reports(LeaderCase.D);
        assertEquals(1, joining(oneAtATime(new Command.Attach(true, List.of()))), "moves");
        cluster.killed(C);
        cluster.decide();
        ClusterTable repaired = oneAtATime(new Command.Attach(true, List.of()));
        long wanted = repaired.partitions().stream()
                .filter(row -> row.target().contains(LeaderCase.D))
                .count();
        assertTrue(wanted > 1);
        assertEquals(wanted, joining(repaired));
    }

    /** What a leader would decide that makes one copy at a time on each server because of moves. */
    private ClusterTable oneAtATime(Command command) {
        Leader slow = new Leader(new LeaderOptions(3_000, 600_000, 4_000, 1_000, 1, 256));
        return slow.next(cluster.table, cluster.observe(), List.of(new Command.Pending(1, command)))
                .table()
                .orElseThrow();
    }

    private static int joining(ClusterTable table) {
        return table.partitions().stream().mapToInt(row -> row.joining().size()).sum();
    }
}
