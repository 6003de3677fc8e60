package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.WriteKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a joiner that has nothing is sent: the entries of the log, or a copy of the records. */
class JoinerFeedTest {
    private static final int WRITES = 303;

    private final FakeWorld world = new FakeWorld().serving();

    private void writeToKeys(int keys) {
        for (int i = 0; i < WRITES; i++) {
            world.submit(WriteKind.SET, "k" + i % keys, "v");
            world.logged();
        }
    }

    private void checkpoint(int count) {
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        assertEquals(count, checkpoint.records().size());
        world.replica.onCheckpointed(checkpoint);
        world.replica.onStoreCount(count);
    }

    /** Whether a joiner that lacks everything is sent entries of the log first. */
    private boolean isFedFromTheLog() {
        world.table(2, List.of(ME), List.of(TWO));
        long epoch = world.replica.view().epoch();
        long incarnation = TWO.value() * 11;
        world.replica.onMessage(
                TWO, new Behind(0, epoch, world.version, true, true, 0, 0, List.of(), incarnation, false));
        world.replica.flush();
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, CopyChunk.class).size(), "here the log turns out to be gone");
        return world.logReads > 0;
    }

    @Test
    void thePartitionOfOneCopyWaitsForNoOther() {
        CopyThrottle throttle = world.context.throttle;
        for (int i = 0; i < FakeWorld.COPY_PLACES; i++) {
            assertTrue(throttle.start(3, world.nowNs));
        }
        writeToKeys(100);
        checkpoint(100);
        world.table(2, List.of(ME), List.of(TWO));
        long incarnation = TWO.value() * 11;
        world.replica.onMessage(
                TWO,
                new Behind(
                        0,
                        world.replica.view().epoch(),
                        world.version,
                        true,
                        true,
                        0,
                        0,
                        List.of(),
                        incarnation,
                        false));
        world.replica.flush();
        assertTrue(world.sent(TWO, CopyChunk.class).isEmpty());
        throttle.end();
        assertFalse(throttle.start(2, world.nowNs));
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
    }

    @Test
    void fewRecordsThatWereWrittenOftenAreCopied() {
        writeToKeys(100);
        checkpoint(100);
        assertFalse(isFedFromTheLog());
    }

    @Test
    void recordsThatWereWrittenOnceOrTwiceComeFromTheLog() {
        writeToKeys(102);
        checkpoint(102);
        assertTrue(isFedFromTheLog());
    }

    @Test
    void whatNobodyCountedComesFromTheLog() {
        writeToKeys(1);
        assertTrue(isFedFromTheLog());
    }

    private static LogEntry entry(long seq) {
        return LogEntry.internal(EntryKind.PUT, 1, seq, Bytes.utf8("k" + seq), Bytes.utf8("v"));
    }

    /** A copy of a small server that has three entries, one of them committed; then it joins in another epoch. */
    private static FakeWorld joinsWithATail() {
        FakeWorld small = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(400, 800), Recovery.NONE);
        small.table(1, List.of(TWO, THREE, ME), List.of());
        List<LogEntry> entries = List.of(entry(1), entry(2), entry(3), entry(4));
        small.replica.onMessage(TWO, new Replicate(0, 1, small.version, 0, 0, 0, 1, entries, false));
        small.logged();
        assertTrue(small.context.memory().isFull());
        small.table(2, List.of(THREE), List.of(ME));
        assertEquals(4, small.replica.view().lastSeq());
        return small;
    }

    @Test
    void aJoinerWithoutRoomGivesUpWhatNoCheckpointTakes() {
        FakeWorld small = joinsWithATail();
        small.replica.onTick();
        assertEquals(1, small.replica.view().lastSeq());
        assertFalse(small.context.memory().isFull());
    }

    @Test
    void aJoinerKeepsWhatItToldItsPrimaryThatItHas() {
        FakeWorld small = joinsWithATail();
        small.replica.onMessage(THREE, new Replicate(0, 2, small.version, 4, 1, 4, 1, List.of(), false));
        small.replica.flush();
        assertEquals(4, small.sent(THREE, Replicated.class).get(0).seq());
        small.replica.onTick();
        assertEquals(4, small.replica.view().lastSeq());
    }

    @Test
    void aCopyInSyncKeepsAllThatItHas() {
        FakeWorld small = joinsWithATail();
        small.table(3, List.of(THREE, ME), List.of());
        small.replica.onTick();
        assertEquals(4, small.replica.view().lastSeq());
    }
}
