package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static io.kumo.server.replica.FakeWorld.status;
import static io.kumo.server.replica.FakeWorld.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Release;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static LogEntry record(long seq, String key, String value) {
        return LogEntry.internal(EntryKind.PUT, 1, seq, Bytes.utf8(key), Bytes.utf8(value));
    }

    private static Recovery stored(long seq) {
        FakeWorld earlier = new FakeWorld().serving();
        for (long i = 0; i < seq; i++) {
            earlier.submit(WriteKind.SET, "k", "v");
        }
        earlier.logged();
        Checkpoint checkpoint = earlier.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        return new Recovery(checkpoint.epoch(), checkpoint.seq(), true, checkpoint.state());
    }

    private static FakeWorld recovered() {
        FakeWorld world = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), stored(3));
        world.counter = 100;
        return world;
    }

    @Test
    void answersNothingBeforeATable() {
        FakeWorld world = new FakeWorld();
        assertEquals(ErrorCode.NOT_PRIMARY, world.get("k").failed);
        assertEquals(ErrorCode.NOT_PRIMARY, world.submit(WriteKind.SET, "k", "v").failed);
    }

    @Test
    void waitsAfterItsStartForLeasesThatItForgot() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(ME), List.of());
        world.replica.onTick();
        Result<GetResult> early = world.get("k");
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        assertTrue(early.isOpen() && set.isOpen(), "they wait with it");
        world.nowNs += LeaseBook.GRANT_NS;
        world.replica.onTick();
        assertEquals("miss", value(early));
        world.logged();
        assertEquals(WriteStatus.DONE, status(set));
        assertEquals("v", value(world.get("k")));
    }

    @Test
    void whatWaitsForAPrimaryIsSentAwayWhenThatTakesLongOrItIsDeposed() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(ME, TWO), List.of());
        Result<GetResult> get = world.get("k");
        world.nowNs += Parking.LONGEST_NS + 1;
        world.replica.onTick();
        assertEquals(ErrorCode.NOT_PRIMARY, get.failed, "TWO does not answer");
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.table(2, List.of(TWO, ME), List.of());
        assertEquals(ErrorCode.NOT_PRIMARY, set.failed);
    }

    @Test
    void moreThanAShardHasRoomForIsSentAwayAtOnce() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(ME, TWO), List.of());
        String large = "x".repeat(3 << 20);
        assertTrue(world.submit(WriteKind.SET, "a", large).isOpen());
        assertTrue(world.submit(WriteKind.SET, "b", large).isOpen());
        assertEquals(ErrorCode.NOT_PRIMARY, world.submit(WriteKind.SET, "c", large).failed);
        world.nowNs += Parking.LONGEST_NS + 1;
        world.replica.onTick();
        assertTrue(world.submit(WriteKind.SET, "c", large).isOpen());
    }

    @Test
    void aWriteIsAnsweredOnceTheLogAndAllCopiesHaveIt() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        Result<GetResult> get = world.get("k");
        world.logged();
        world.acknowledge(TWO, 1);
        assertTrue(set.isOpen() && get.isOpen());
        world.acknowledge(THREE, 1);
        assertEquals(WriteStatus.DONE, status(set));
        assertEquals("v", value(get));
    }

    @Test
    void allOfATurnGoesInOneMessagePerCopy() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        world.sent.clear();
        for (int i = 0; i < 10; i++) {
            world.submit(WriteKind.SET, "k" + i, "v");
        }
        world.replica.flush();
        assertEquals(1, world.sent(TWO, Replicate.class).size());
        assertEquals(10, world.sent(THREE, Replicate.class).get(0).entries().size());
    }

    @Test
    void anAsynchronousWriteIsAnsweredByTheLocalLog() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Write set = world.write(WriteKind.SET, "k", "v");
        Result<WriteResult> result = world.submit(new Write(
                0,
                set.tableVersion(),
                5,
                set.counter(),
                1,
                WriteKind.SET,
                true,
                set.key(),
                0,
                0,
                0,
                0,
                set.value(),
                WriteOptions.NONE));
        assertTrue(result.isOpen());
        world.logged();
        assertEquals(WriteStatus.DONE, status(result));
    }

    @Test
    void theValueIsLeftOutForWhoeverHasTheNewestVersion() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.acknowledge(TWO, 1);
        assertEquals(WriteStatus.DONE, status(set));
        GetResult first = world.getVersion("k", 0).ok;
        assertTrue(first.seq() > 0 && first.value().toUtf8().equals("v"));
        GetResult again = world.getVersion("k", first.seq()).ok;
        assertTrue(again.found() && again.seq() == first.seq() && again.value().isEmpty());
        GetResult other = world.getVersion("k", first.seq() + 1).ok;
        assertEquals("v", other.value().toUtf8());
        assertEquals(0, world.get("k").ok.seq(), "nobody asked");
        Result<WriteResult> next = world.submit(WriteKind.SET, "k", "w");
        Result<GetResult> waiting = world.getVersion("k", first.seq());
        assertTrue(waiting.isOpen(), "a write is under way");
        world.logged();
        world.acknowledge(TWO, 2);
        assertEquals(WriteStatus.DONE, status(next));
        assertEquals("w", waiting.ok.value().toUtf8());
        assertTrue(waiting.ok.seq() > first.seq());
        world.nowNs += LeaseBook.LEASE_NS;
        assertEquals(ErrorCode.LEASE_LOST, world.getVersion("k", waiting.ok.seq()).failed);
    }

    @Test
    void aReadFailsWithoutALeaseOfEveryCopy() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        assertEquals("miss", value(world.get("k")));
        world.nowNs += LeaseBook.LEASE_NS;
        world.grantLeases(TWO);
        assertEquals(ErrorCode.LEASE_LOST, world.get("k").failed);
        world.grantLeases(THREE);
        assertEquals("miss", value(world.get("k")));
    }

    @Test
    void operationsOnAKeyThatIsOnlyInTheStoreWaitForItInOrder() {
        FakeWorld world = recovered().serving();
        Result<WriteResult> append = world.submit(WriteKind.APPEND, "k", "+");
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "new");
        Result<GetResult> get = world.get("k");
        Result<WriteResult> other = world.submit(WriteKind.SET, "other", "x");
        assertEquals(1, world.loads.size());
        world.replica.onLoaded(world.loads.get(0).id(), Bytes.utf8("k"), record(2, "k", "old"));
        world.logged();
        assertEquals(WriteStatus.DONE, status(append));
        assertEquals(WriteStatus.DONE, status(set));
        assertEquals(WriteStatus.DONE, status(other));
        assertEquals("new", value(get));
        assertEquals(
                List.of("x", "old+", "new"),
                world.log.stream().map(entry -> entry.value().toUtf8()).toList());
    }

    @Test
    void aFlushHidesWhatTheStoreStillHas() {
        FakeWorld world = recovered().serving();
        Result<GetResult> loading = world.get("k");
        Result<WriteResult> flush = world.submit(WriteKind.FLUSH, "", "");
        world.logged();
        assertEquals(WriteStatus.DONE, status(flush));
        world.replica.onLoaded(world.loads.get(0).id(), Bytes.utf8("k"), record(2, "k", "old"));
        assertEquals("miss", value(loading));
        assertEquals("miss", value(world.get("k")));
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        assertTrue(checkpoint.wipe());
    }

    @Test
    void aRepeatedOperationIsExecutedOnce() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(WriteKind.SET, "n", "5");
        Write incr = world.write(WriteKind.INCR, "n", "");
        Result<WriteResult> first = world.submit(incr);
        Result<WriteResult> inFlight = world.submit(incr);
        world.logged();
        Result<WriteResult> later = world.submit(incr);
        for (Result<WriteResult> result : List.of(first, inFlight, later)) {
            assertNotNull(result.ok);
            assertEquals(6, result.ok.number());
        }
        assertEquals(2, world.log.size());
    }

    @Test
    void anOperationThatChangedNothingStaysThatWay() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(WriteKind.SET, "k", "v");
        Write add = world.write(WriteKind.ADD, "k", "w");
        Result<WriteResult> first = world.submit(add);
        world.logged();
        assertEquals(WriteStatus.NOT_STORED, status(first));
        Write repeatable = new Write(
                0,
                add.tableVersion(),
                5,
                99,
                add.counter(),
                WriteKind.DELETE,
                false,
                add.key(),
                0,
                0,
                0,
                0,
                Bytes.EMPTY,
                WriteOptions.NONE);
        world.submit(repeatable);
        world.logged();
        assertEquals(WriteStatus.NOT_STORED, status(world.submit(add)), "the late double of an answered add");
        assertEquals("miss", value(world.get("k")));
    }

    @Test
    void aRequestForAnEarlierPrimaryIsNotExecuted() {
        FakeWorld world = new FakeWorld().serving();
        Write late = world.write(WriteKind.SET, "k", "v");
        world.table(2, List.of(TWO, ME), List.of());
        world.table(3, List.of(ME), List.of());
        world.nowNs += 2 * SEC;
        world.replica.onTick();
        assertEquals(ErrorCode.NOT_PRIMARY, world.submit(late).failed);
        assertTrue(world.log.isEmpty());
    }

    @Test
    void aDeposedPrimarySaysWhatMayHaveBeenExecuted() {
        FakeWorld world = recovered().serving(TWO);
        Result<WriteResult> proposed = world.submit(WriteKind.SET, "a", "v");
        Result<WriteResult> unchanged = world.submit(WriteKind.ADD, "a", "w");
        Result<GetResult> read = world.get("a");
        Result<WriteResult> queued = world.submit(WriteKind.APPEND, "k", "v");
        world.sent.clear();
        world.table(2, List.of(TWO, ME), List.of());
        assertEquals(ErrorCode.TIMED_OUT, proposed.failed);
        assertEquals(ErrorCode.NOT_PRIMARY, unchanged.failed);
        assertEquals(ErrorCode.NOT_PRIMARY, read.failed);
        assertEquals(ErrorCode.NOT_PRIMARY, queued.failed);
        assertEquals(1, world.sent(TWO, Release.class).size());
    }

    @Test
    void refusesWritesWithTooFewCopies() {
        ReplicaSettings two = ReplicaSettings.defaults().withMinCopies(2);
        FakeWorld world = new FakeWorld(two, new MemoryBudget(1 << 20, 2 << 20), Recovery.NONE).serving();
        assertEquals(ErrorCode.NOT_ENOUGH_COPIES, world.submit(WriteKind.SET, "k", "v").failed);
        assertEquals("miss", value(world.get("k")));
    }

    @Test
    void refusesAWriteThatWaitedForItsRecordWhileCopiesLeft() {
        ReplicaSettings two = ReplicaSettings.defaults().withMinCopies(2);
        FakeWorld world = new FakeWorld(two, new MemoryBudget(1 << 20, 2 << 20), stored(3)).serving(TWO);
        world.counter = 100;
        Result<WriteResult> append = world.submit(WriteKind.APPEND, "k", "+");
        world.table(1, List.of(ME), List.of());
        world.replica.onLoaded(world.loads.get(0).id(), Bytes.utf8("k"), record(2, "k", "old"));
        assertEquals(ErrorCode.NOT_ENOUGH_COPIES, append.failed);
    }

    @Test
    void aFullDiskStopsWritesButNotDeletesAndReads() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.context.refuseWrites(true);
        assertEquals(ErrorCode.DISK_FULL, world.submit(WriteKind.SET, "k", "w").failed);
        assertEquals("v", value(world.get("k")));
        Result<WriteResult> delete = world.submit(WriteKind.DELETE, "k", "");
        world.logged();
        assertEquals(WriteStatus.DONE, status(delete));
        world.context.refuseWrites(false);
        assertNull(world.submit(WriteKind.SET, "k", "w").failed);
    }

    @Test
    void aWriteSeesTheNewestEntryOfItsKeyThoughAnEarlierOneIsCommitted() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(WriteKind.SET, "k", "a");
        world.submit(WriteKind.SET, "k", "b");
        world.replica.onLogged(1);
        world.submit(WriteKind.APPEND, "k", "c");
        world.logged();
        assertEquals("bc", value(world.get("k")));
    }

    @Test
    void whatChangedNothingIsToldOnlyUnderLeases() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "v");
        Result<WriteResult> inFlight = world.submit(WriteKind.ADD, "k", "w");
        world.nowNs += SEC;
        world.logged();
        world.acknowledge(TWO, 1);
        assertEquals(ErrorCode.LEASE_LOST, inFlight.failed);
        assertEquals(ErrorCode.LEASE_LOST, world.submit(WriteKind.ADD, "k", "w").failed);
    }

    @Test
    void fullMemoryStopsWritesUntilACheckpoint() {
        FakeWorld world =
                new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(400, 800), Recovery.NONE).serving();
        world.submit(WriteKind.SET, "a", "v");
        world.submit(WriteKind.SET, "b", "v");
        world.submit(WriteKind.SET, "c", "v");
        world.logged();
        assertEquals(ErrorCode.OVERLOADED, world.submit(WriteKind.SET, "d", "v").failed);
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        world.replica.onCheckpointed(checkpoint);
        assertNull(world.submit(WriteKind.SET, "d", "v").failed);
        assertTrue(world.context.memory().dirtyBytes() + world.context.memory().cleanBytes() <= 800);
    }

    @Test
    void expiredRecordsAreHiddenAtOnceAndSweptByThePrimary() {
        FakeWorld world = new FakeWorld().serving();
        Write set = world.write(WriteKind.SET, "k", "v");
        world.submit(new Write(
                0,
                set.tableVersion(),
                5,
                set.counter(),
                1,
                WriteKind.SET,
                false,
                set.key(),
                0,
                10,
                0,
                0,
                set.value(),
                WriteOptions.NONE));
        world.logged();
        assertEquals("v", value(world.get("k")));
        world.replica.onSweep(List.of(world.log.get(0)));
        assertEquals(1, world.log.size(), "it has not expired");
        world.nowMs += 10_000;
        assertEquals("miss", value(world.get("k")));
        world.replica.onSweep(List.of(world.log.get(0)));
        assertEquals(EntryKind.DELETE, world.log.get(1).kind());
    }

    @Test
    void aSweepLeavesARecordThatWasWrittenAgain() {
        FakeWorld world = recovered().serving();
        LogEntry expired = new LogEntry(
                EntryKind.PUT, 1, 2, 0, 0, 0, 0, Bytes.utf8("k"), 0, world.nowMs - 1, Bytes.utf8("v"), 2, 0);
        world.replica.onSweep(List.of(expired));
        world.replica.onLoaded(world.loads.get(0).id(), Bytes.utf8("k"), record(3, "k", "new"));
        assertTrue(world.log.isEmpty());
        assertEquals("new", value(world.get("k")));
    }

    @Test
    void aSweepLeavesARecordThatIsBeingWrittenAgain() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(world.write(WriteKind.SET, "k", "old", 10));
        world.logged();
        LogEntry expired = world.log.get(0);
        world.nowMs += 20_000;
        world.submit(WriteKind.SET, "k", "new");
        world.replica.onSweep(List.of(expired));
        world.logged();
        assertEquals("new", value(world.get("k")));
    }

    @Test
    void aRestartKnowsWhatWasUndone() {
        FakeWorld world = new FakeWorld(List.of(
                record(1, "a", "v"),
                record(2, "b", "v"),
                LogEntry.internal(EntryKind.TRUNCATE, 1, 1, Bytes.EMPTY, Bytes.EMPTY)));
        assertEquals(1, world.replica.view().lastSeq());
    }

    @Test
    void whatTheTableDoesNotNameIsDroppedAfterAWhileOnly() {
        FakeWorld world = new FakeWorld().serving();
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.table(2, List.of(TWO), List.of());
        world.nowNs += 30 * SEC;
        world.replica.onTick();
        assertEquals(1, world.replica.view().lastSeq());
        world.nowNs += 31 * SEC;
        world.replica.onTick();
        assertEquals(0, world.replica.view().lastSeq());
        assertEquals(EntryKind.DROP, world.log.get(1).kind());
    }

    /** It may join again, and copies only what it missed; but what no checkpoint takes must not fill the memory. */
    @Test
    void whoIsNotNamedKeepsWhatIsNotCommittedWhileThereIsRoom() {
        for (boolean isFull : new boolean[] {false, true}) {
            int memory = isFull ? 400 : 1 << 20;
            FakeWorld world = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(memory, memory), Recovery.NONE)
                    .serving(TWO);
            for (String key : List.of("a", "b", "c")) {
                world.submit(WriteKind.SET, key, "v");
            }
            world.logged();
            world.acknowledge(TWO, 2);
            assertEquals(isFull, world.context.memory().isFull());
            world.table(2, List.of(TWO), List.of());
            world.replica.onTick();
            assertEquals(isFull ? 2 : 3, world.replica.view().lastSeq());
        }
    }
}
