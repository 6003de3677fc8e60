package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Replicate;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a copy that the table names as the primary begins to serve. */
class PromotionTest {
    @Test
    void notBeforeItsOwnLogHasWhatItTakesOver() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(TWO, ME), List.of());
        LogEntry entry = LogEntry.internal(EntryKind.PUT, 1, 1, Bytes.utf8("k"), Bytes.utf8("v"));
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 0, 0, 0, List.of(entry), false));
        world.table(2, List.of(ME), List.of());
        world.nowNs += 2 * SEC;
        world.replica.onTick();
        assertEquals(ReplicaRole.PROMOTING, world.replica.role());
        world.logged();
        assertEquals(ReplicaRole.PRIMARY, world.replica.role());
    }

    @Test
    void neverWithACopyThatIsNotWhole() {
        FakeWorld world = new FakeWorld();
        world.replica.distrust();
        world.logged();
        world.table(1, List.of(ME), List.of());
        world.nowNs += 2 * SEC;
        world.replica.onTick();
        assertEquals(ReplicaRole.PROMOTING, world.replica.role());
    }

    @Test
    void notBeforeTheLeaseOfTheOneBeforeIsOver() {
        FakeWorld world = new FakeWorld();
        world.nowNs += 2 * SEC;
        world.table(1, List.of(TWO, ME), List.of());
        world.context.leases().grant(TWO, world.nowNs, world.version);
        world.table(2, List.of(ME), List.of());
        world.nowNs += LeaseBook.GRANT_NS - 1;
        world.replica.onTick();
        assertEquals(ReplicaRole.PROMOTING, world.replica.role());
        world.nowNs += 1;
        world.replica.onTick();
        assertEquals(ReplicaRole.PRIMARY, world.replica.role());
    }

    @Test
    void neverByAnOlderTable() {
        FakeWorld world = new FakeWorld();
        world.nowNs += 2 * SEC;
        world.table(1, List.of(ME), List.of());
        world.table(2, List.of(TWO, ME), List.of());
        world.version = 1;
        world.table(1, List.of(ME), List.of());
        world.replica.onTick();
        assertEquals(ReplicaRole.FOLLOWER, world.replica.role());
    }
}
