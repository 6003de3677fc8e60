package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.EpochStart;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What went wrong in kumofs and has no test of its own elsewhere; docs/TESTING.md has the whole list, with these
 * letters.
 */
class KumofsFaultsTest {
    /** a: a replica that ignored a write counted as one that has it. */
    @Test
    void aCopyThatDidNotTakeAWriteDoesNotCount() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.acknowledge(TWO, 1);
        world.acknowledge(THREE, 0); // it heard of it, and has what it had before
        world.replica.onMessage(THREE, behind(world, 0));
        assertTrue(set.isOpen());
        world.acknowledge(THREE, 1);
        assertEquals(WriteStatus.DONE, result(set).status());
    }

    /** c: concurrent sets reached the copies in different orders, and the copies stayed different. */
    @Test
    void concurrentWritesHaveOneOrderThatEveryCopyGets() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        world.sent.clear();
        for (int i = 0; i < 5; i++) {
            world.submit(WriteKind.SET, "k", "v" + i);
        }
        world.replica.flush();
        List<LogEntry> here = world.log;
        assertEquals(here, world.sent(TWO, Replicate.class).get(0).entries());
        assertEquals(here, world.sent(THREE, Replicate.class).get(0).entries());
    }

    /** d: a cas that was repeated after a failed replication found its own value, and was told that it had failed. */
    @Test
    void aRepeatedCasIsAnsweredAsTheFirstOne() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "old");
        world.logged();
        world.acknowledge(TWO, 1);
        Write cas = withCas(world.write(WriteKind.CAS, "k", "new"), result(set).cas());
        Result<WriteResult> first = world.submit(cas);
        Result<WriteResult> second = world.submit(cas);
        assertTrue(first.isOpen() && second.isOpen(), "not before the copy has it");
        world.logged();
        world.acknowledge(TWO, 2);
        assertEquals(WriteStatus.DONE, result(first).status());
        assertEquals(result(first), result(second));
        assertEquals(result(first), result(world.submit(cas)));
        assertEquals(2, world.log.size(), "carried out once");
    }

    /** e: cas created a key that was not there, and a delete of one succeeded. */
    @Test
    void nothingIsDoneToAKeyThatIsNotThere() {
        FakeWorld world = new FakeWorld().serving();
        assertEquals(
                WriteStatus.NOT_FOUND,
                result(world.submit(withCas(world.write(WriteKind.CAS, "k", "v"), 7)))
                        .status());
        assertEquals(
                WriteStatus.NOT_FOUND,
                result(world.submit(WriteKind.DELETE, "k", "")).status());
        assertEquals(List.of(), world.log);
    }

    /** f: what a deposed coordinator sent was taken. */
    @Test
    void aDeposedPrimaryIsNotHeard() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(TWO, ME), List.of());
        world.table(2, List.of(THREE, ME), List.of());
        LogEntry entry = LogEntry.internal(EntryKind.PUT, 1, 1, Bytes.utf8("k"), Bytes.utf8("old"));
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 0, 0, 0, List.of(entry), false));
        assertEquals(List.of(), world.log);
    }

    /** h: who wrote with a clock that was behind wrote nothing, and was told that it had. */
    @Test
    void theWallClockDecidesNoOrder() {
        FakeWorld world = new FakeWorld().serving();
        Result<WriteResult> first = world.submit(WriteKind.SET, "k", "first");
        world.logged();
        world.nowMs -= 3_600_000;
        Result<WriteResult> second = world.submit(WriteKind.SET, "k", "second");
        world.logged();
        assertTrue(result(second).cas() > result(first).cas());
        assertEquals("second", value(world));
    }

    /** k: that a copy had finished was said once, and a move hung for good if that got lost. */
    @Test
    void aJoinerIsReportedUntilTheTableSaysThatItIsInSync() {
        FakeWorld world = new FakeWorld().serving();
        world.table(1, List.of(ME), List.of(TWO));
        world.acknowledge(TWO, 0);
        for (int i = 0; i < 100; i++) {
            world.nowNs += 25_000_000;
            world.acknowledge(TWO, 0);
            world.grantLeases(TWO);
            world.replica.onTick();
            assertEquals(List.of(TWO), world.replica.joined(), "in each report");
        }
        world.table(1, List.of(ME, TWO), List.of());
        assertEquals(List.of(), world.replica.joined());
    }

    private static Behind behind(FakeWorld world, long lastSeq) {
        return new Behind(
                0,
                world.replica.view().epoch(),
                world.version,
                true,
                true,
                lastSeq,
                lastSeq,
                List.<EpochStart>of(),
                THREE.value() * 11,
                false);
    }

    private static Write withCas(Write write, long cas) {
        return new Write(
                write.partition(),
                write.tableVersion(),
                write.session(),
                write.counter(),
                write.settledBelow(),
                write.kind(),
                write.async(),
                write.key(),
                write.flags(),
                write.exptime(),
                cas,
                0,
                write.value(),
                write.options());
    }

    private static WriteResult result(Result<WriteResult> result) {
        assertNull(result.failed, () -> "failed: " + result.failed);
        WriteResult ok = result.ok;
        assertNotNull(ok, "not answered");
        return ok;
    }

    private static String value(FakeWorld world) {
        GetResult got = world.get("k").ok;
        assertNotNull(got, "not answered");
        return got.value().toUtf8();
    }
}
