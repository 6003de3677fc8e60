package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.List;
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
}
