package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.TWO;
import static io.kumo.server.replica.FakeWorld.status;
import static io.kumo.server.replica.FakeWorld.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An operation that a gateway sends again, whose partition has another primary, or another process, by then. */
class ExactlyOnceTest {
    /** The same operation, sent by a gateway that knows the newest table of that world. */
    private static Write again(Write write, FakeWorld world) {
        return new Write(
                write.partition(),
                world.version,
                write.session(),
                write.counter(),
                write.settledBelow(),
                write.kind(),
                write.async(),
                write.key(),
                write.flags(),
                write.exptime(),
                write.cas(),
                write.delta(),
                write.value(),
                write.options());
    }

    /** Alone in that epoch, and serving. */
    private static void promote(FakeWorld world, long epoch) {
        world.table(epoch, List.of(ME), List.of());
        world.nowNs += 2 * SEC;
        world.replica.onTick();
        assertEquals(ReplicaRole.PRIMARY, world.replica.role());
    }

    /** What an increment of 5 was answered, and nothing is done. */
    private static void assertAnsweredAsBefore(FakeWorld world, Write incr) {
        int logged = world.log.size();
        Result<WriteResult> repeated = world.submit(again(incr, world));
        world.logged();
        assertNotNull(repeated.ok);
        assertEquals(6, repeated.ok.number());
        assertEquals(logged, world.log.size());
        assertEquals("6", value(world.get("n")));
    }

    private static Write incrementOfFive(FakeWorld world) {
        world.submit(WriteKind.SET, "n", "5");
        Write incr = world.write(WriteKind.INCR, "n", "");
        world.submit(incr);
        world.logged();
        return incr;
    }

    @Test
    void whatWasUndoneIsExecutedOnceItIsSentAgain() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Write set = world.write(WriteKind.SET, "k", "v");
        world.submit(set);
        world.logged();
        world.table(2, List.of(TWO, ME), List.of());
        world.replica.onMessage(TWO, new Replicate(0, 2, world.version, 0, 0, 0, 0, List.of(), false));
        promote(world, 3);
        assertEquals("miss", value(world.get("k")));
        Result<WriteResult> repeated = world.submit(again(set, world));
        world.logged();
        assertEquals(WriteStatus.DONE, status(repeated));
        assertEquals("v", value(world.get("k")));
        assertEquals(1, world.replica.view().lastSeq());
    }

    @Test
    void aCopyKnowsWhatItsPrimaryExecuted() {
        FakeWorld primary = new FakeWorld().serving(TWO);
        Write incr = incrementOfFive(primary);
        FakeWorld copy = new FakeWorld();
        copy.table(1, List.of(TWO, ME), List.of());
        copy.replica.onMessage(TWO, new Replicate(0, 1, copy.version, 0, 0, 0, 2, primary.log, false));
        copy.logged();
        promote(copy, 2);
        assertAnsweredAsBefore(copy, incr);
    }

    @Test
    void whoGotAWholeCopyKnowsWhatWasExecutedBefore() {
        FakeWorld primary = new FakeWorld().serving();
        Write incr = incrementOfFive(primary);
        primary.table(1, List.of(ME), List.of(TWO));
        primary.replica.onMessage(
                TWO, new Behind(0, 1, primary.version, true, false, 0, 0, List.of(), TWO.value() * 11, false));
        primary.replica.flush();
        FakeWorld joiner = new FakeWorld();
        joiner.table(1, List.of(TWO), List.of(ME));
        List<CopyChunk> chunks = primary.sent(TWO, CopyChunk.class);
        assertTrue(chunks.get(chunks.size() - 1).last());
        chunks.forEach(chunk -> joiner.replica.onMessage(TWO, chunk));
        joiner.logged();
        store(joiner);
        promote(joiner, 2);
        assertAnsweredAsBefore(joiner, incr);
    }

    private static Recovery store(FakeWorld world) {
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        world.replica.onCheckpointed(checkpoint);
        return new Recovery(checkpoint.epoch(), checkpoint.seq(), checkpoint.complete(), checkpoint.state());
    }

    @Test
    void aRestartKnowsFromTheLogWhatWasExecuted() {
        FakeWorld world = new FakeWorld().serving();
        Write incr = incrementOfFive(world);
        FakeWorld restarted = new FakeWorld(List.copyOf(world.log));
        promote(restarted, 2);
        assertAnsweredAsBefore(restarted, incr);
    }

    @Test
    void aRestartKnowsFromTheStoreWhatWasExecuted() {
        FakeWorld world = new FakeWorld().serving();
        Write incr = incrementOfFive(world);
        FakeWorld restarted =
                new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), store(world));
        promote(restarted, 2);
        Result<WriteResult> repeated = restarted.submit(again(incr, restarted));
        assertNotNull(repeated.ok, "without a look at the store");
        assertEquals(6, repeated.ok.number());
        assertEquals(List.<LogEntry>of(), restarted.log);
    }
}
