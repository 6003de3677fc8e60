package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/** flush_all with a delay: planned in the partition's history, done by the primary's clock. */
class PlannedFlushTest {
    private static void done(FakeWorld world, Result<WriteResult> result) {
        world.logged();
        assertNotNull(result.ok, () -> "failed: " + result.failed);
        assertEquals(WriteStatus.DONE, result.ok.status());
    }

    private static void set(FakeWorld world, String key) {
        done(world, world.submit(WriteKind.SET, key, "v"));
    }

    private static void plan(FakeWorld world, long seconds) {
        done(world, world.submit(world.write(WriteKind.FLUSH, "", "", seconds)));
    }

    private static boolean has(FakeWorld world, String key) {
        Result<GetResult> got = world.get(key);
        world.logged();
        assertNotNull(got.ok, () -> "failed: " + got.failed);
        return got.ok.found();
    }

    private static long flushes(FakeWorld world) {
        return world.log.stream()
                .filter(entry -> entry.kind() == EntryKind.FLUSH && !entry.isPlan())
                .count();
    }

    @Test
    void allThatWasWrittenBeforeItsTimeGoesThen() {
        FakeWorld world = new FakeWorld().serving();
        set(world, "before");
        plan(world, 2);
        set(world, "after");
        world.nowMs += 1999;
        assertTrue(has(world, "before") && has(world, "after"));
        world.nowMs += 1;
        assertTrue(!has(world, "before") && !has(world, "after"));
        set(world, "later");
        world.nowMs += 10_000;
        assertTrue(has(world, "later"));
        assertEquals(1, flushes(world));
    }

    @Test
    void aWriteAtItsTimeComesAfterIt() {
        FakeWorld world = new FakeWorld().serving();
        set(world, "k");
        plan(world, 2);
        world.nowMs += 2000;
        Result<WriteResult> add = world.submit(WriteKind.ADD, "k", "new");
        done(world, add);
        assertTrue(has(world, "k"));
    }

    @Test
    void itIsDoneWithNobodyAsking() {
        FakeWorld world = new FakeWorld().serving();
        set(world, "k");
        plan(world, 2);
        world.nowMs += 2000;
        world.replica.onTick();
        world.replica.onTick();
        world.logged();
        assertEquals(1, flushes(world));
    }

    @Test
    void anotherOneTakesItsPlace() {
        FakeWorld world = new FakeWorld().serving();
        plan(world, 2);
        plan(world, 100);
        set(world, "k");
        world.nowMs += 50_000;
        assertTrue(has(world, "k"));
        plan(world, 0);
        set(world, "k");
        world.nowMs += 100_000;
        assertTrue(has(world, "k"));
    }

    @Test
    void oneThatIsOnTheWayAtTheTimeOfAnEarlierOneTakesItsPlace() {
        FakeWorld world = new FakeWorld().serving();
        plan(world, 2);
        set(world, "k");
        Result<WriteResult> second = world.submit(world.write(WriteKind.FLUSH, "", "", 100));
        world.nowMs += 3000;
        world.replica.onTick();
        done(world, second);
        assertTrue(has(world, "k"));
        world.nowMs += 100_000;
        assertTrue(!has(world, "k"));
    }

    @Test
    void aTimeThatIsPastIsNow() {
        FakeWorld world = new FakeWorld().serving();
        set(world, "k");
        plan(world, world.nowMs / 1000 - 5);
        assertTrue(!has(world, "k"));
    }

    @Test
    void aCopyThatIsPromotedDoesIt() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(TWO, ME), List.of());
        LogEntry set = LogEntry.internal(EntryKind.PUT, 1, 1, Bytes.utf8("k"), Bytes.utf8("v"));
        long atMs = world.nowMs + 2000;
        int kind = WriteKind.FLUSH.number();
        LogEntry plan = new LogEntry(EntryKind.FLUSH, 1, 2, 5, 9, 1, kind, Bytes.EMPTY, 0, atMs, Bytes.EMPTY, 2, 0);
        world.replica.onMessage(TWO, new Replicate(0, 1, 2, 0, 0, 0, 0, List.of(set, plan), false));
        world.logged();
        world.table(2, List.of(ME), List.of());
        world.nowNs += LeaseBook.GRANT_NS;
        world.replica.onTick();
        world.nowMs += 1999;
        assertTrue(has(world, "k"));
        world.nowMs += 1;
        assertTrue(!has(world, "k"));
    }

    @Test
    void itOutlivesARestart() {
        FakeWorld earlier = new FakeWorld().serving();
        plan(earlier, 2);
        Checkpoint checkpoint = earlier.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        Recovery stored = new Recovery(checkpoint.epoch(), checkpoint.seq(), true, checkpoint.state());
        FakeWorld world = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), stored);
        world.counter = 100;
        world.serving();
        set(world, "k");
        world.nowMs += 2000;
        assertTrue(!has(world, "k"));
    }
}
