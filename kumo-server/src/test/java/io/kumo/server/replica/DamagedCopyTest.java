package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.VerifyMessages.Distrust;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A copy that is not as its primary's, which only the primary knows. */
class DamagedCopyTest {
    private static FakeWorld distrusted() {
        FakeWorld world = new FakeWorld();
        world.table(4, List.of(TWO, ME), List.of());
        LogEntry entry = new LogEntry(EntryKind.PUT, 4, 1, 7, 1, 1, 0, Bytes.utf8("k"), 0, 0, Bytes.utf8("v"), 1, 0);
        world.replica.onMessage(TWO, new Replicate(0, 4, 2, 0, 0, 0, 1, List.of(entry), false));
        world.logged();
        world.replica.onMessage(TWO, new Distrust(0, 4, world.version));
        return world;
    }

    private static FakeWorld restarted(FakeWorld world) {
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        world.replica.onCheckpointed(checkpoint);
        Recovery stored = new Recovery(checkpoint.epoch(), checkpoint.seq(), checkpoint.complete(), checkpoint.state());
        FakeWorld next = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), stored);
        next.version = world.version;
        return next;
    }

    @Test
    void itIsStoredSoonThatItIsNotTrusted() {
        FakeWorld world = distrusted();
        assertTrue(world.replica.isDamaged());
        assertEquals(1, world.storesWanted);
        world.replica.onMessage(TWO, new Distrust(0, 4, world.version));
        assertEquals(2, world.storesWanted, "until it is stored");
        restarted(world);
        world.replica.onMessage(TWO, new Distrust(0, 4, world.version));
        assertEquals(2, world.storesWanted);
    }

    @Test
    void aRestartDoesNotMakeItTrusted() {
        FakeWorld world = restarted(distrusted());
        world.table(4, List.of(TWO, ME), List.of());
        assertTrue(world.replica.isDamaged());
        world.table(4, List.of(TWO), List.of(ME));
        assertEquals(EntryKind.COPY_BEGIN, world.log.get(0).kind(), "what it has counts no more");
    }

    @Test
    void whatWasMadeAJoinerWhileItWasAwayCountsNoMore() {
        FakeWorld world = restarted(distrusted());
        world.table(4, List.of(TWO), List.of(ME));
        assertEquals(EntryKind.COPY_BEGIN, world.log.get(0).kind(), "not what it has and the log's rest");
    }

    /**
     * Else a start could find records that count no more behind a log that says nothing of it, and take it for damage.
     */
    @Test
    void theStoreDoesNotHearBeforeTheLogThatItCountsNoMore() {
        FakeWorld world = distrusted();
        world.table(4, List.of(TWO), List.of(ME));
        assertNull(world.replica.beginCheckpoint());
        world.logged();
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        assertFalse(checkpoint.complete());
    }

    @Test
    void aPrimaryTrustsItself() {
        FakeWorld world = restarted(distrusted());
        world.table(5, List.of(ME), List.of());
        assertFalse(world.replica.isDamaged());
        FakeWorld again = restarted(world);
        again.table(6, List.of(TWO, ME), List.of());
        assertFalse(again.replica.isDamaged());
    }
}
