package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static io.kumo.server.replica.FakeWorld.status;
import static io.kumo.server.replica.FakeWorld.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A copy and what its primary sends it; which copies a primary reports, and what it does not acknowledge without. */
class CopiesTest {
    @Test
    void aCopyTakesEntriesOnlyFromThePrimaryOfItsEpoch() {
        FakeWorld world = new FakeWorld();
        world.table(4, List.of(TWO, ME), List.of());
        List<LogEntry> entries =
                List.of(new LogEntry(EntryKind.PUT, 4, 1, 0, 0, 0, 0, Bytes.utf8("k"), 0, 0, Bytes.utf8("v"), 1, 0));
        world.replica.onMessage(THREE, new Replicate(0, 4, 2, 0, 0, 0, 0, entries, false));
        world.replica.onMessage(TWO, new Replicate(0, 3, 1, 0, 0, 0, 0, entries, false));
        assertTrue(world.log.isEmpty());
        world.replica.onMessage(TWO, new Replicate(0, 4, 2, 0, 0, 0, 0, entries, false));
        assertEquals(1, world.log.size());
        world.replica.flush();
        assertTrue(world.sent(TWO, Replicated.class).isEmpty(), "not before the log has it");
        world.logged();
        assertEquals(1, world.sent(TWO, Replicated.class).get(0).seq());
        assertEquals("miss", value(world.get("k", true)), "not committed yet");
        world.replica.onMessage(TWO, new Replicate(0, 4, 2, 0, 4, 1, 1, List.of(), false));
        assertEquals("v", value(world.get("k", true)));
    }

    @Test
    void aCopySaysWhatItHasWhereEntriesAreMissing() {
        FakeWorld world = new FakeWorld();
        world.table(4, List.of(TWO, ME), List.of());
        world.replica.onMessage(TWO, new Replicate(0, 4, 2, 7, 4, 7, 0, List.of(), false));
        world.replica.flush();
        Behind behind = world.sent(TWO, Behind.class).get(0);
        assertTrue(behind.accepted() && behind.complete());
        assertEquals(0, behind.lastSeq());
    }

    @Test
    void aCopyUndoesWhatTheNewPrimaryNeverHad() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "never acknowledged");
        world.logged();
        world.table(2, List.of(TWO, ME), List.of());
        world.replica.onMessage(TWO, new Replicate(0, 2, world.version, 0, 0, 0, 0, List.of(), false));
        assertEquals(EntryKind.TRUNCATE, world.log.get(1).kind());
        assertEquals(0, world.replica.view().lastSeq());
    }

    @Test
    void aCopyAnswersOnceItsLogHasWhatItUndid() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "never acknowledged");
        world.logged();
        world.table(2, List.of(TWO, ME), List.of());
        world.replica.onMessage(TWO, new Replicate(0, 2, world.version, 0, 0, 0, 0, List.of(), false));
        world.replica.flush();
        assertTrue(world.sent(TWO, Replicated.class).isEmpty());
        world.logged();
        assertEquals(0, world.sent(TWO, Replicated.class).get(0).seq());
    }

    @Test
    void aCopySyncsWhatItsLogHasAndSaysThatItIsDurable() {
        FakeWorld world = new FakeWorld();
        world.table(4, List.of(TWO, ME), List.of());
        List<LogEntry> entries =
                List.of(new LogEntry(EntryKind.PUT, 4, 1, 0, 0, 0, 0, Bytes.utf8("k"), 0, 0, Bytes.utf8("v"), 1, 0));
        world.replica.onMessage(TWO, new Replicate(0, 4, 2, 0, 0, 0, 0, entries, true));
        assertTrue(world.syncs.isEmpty(), "not before its log has it");
        world.logged();
        assertEquals(1, world.syncs.size());
        world.replica.onSynced(world.syncs.get(0));
        world.replica.flush();
        List<Replicated> answers = world.sent(TWO, Replicated.class);
        assertEquals(2, answers.get(answers.size() - 1).durableBelow());
    }

    @Test
    void whatTheNextPrimaryAsksBeforeItsTableIsHereIsAnsweredWithIt() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(TWO, THREE, ME), List.of());
        world.replica.onMessage(THREE, new Replicate(0, 2, world.version + 1, 0, 0, 0, 0, List.of(), false));
        world.replica.flush();
        assertTrue(world.sent(THREE, Replicated.class).isEmpty(), "it is not known here as the primary");
        world.table(2, List.of(THREE, TWO, ME), List.of());
        assertEquals(0, world.sent(THREE, Replicated.class).get(0).seq());
    }

    @Test
    void anotherIncarnationTakesNoPart() {
        FakeWorld world = new FakeWorld();
        world.table(4, List.of(TWO, THREE, ME), List.of());
        ReplicaContext restarted = new ReplicaContext(
                ME, 12, world, ReplicaSettings.defaults(), new MemoryBudget(1, 1), new CopyThrottle(1, 0), world);
        Replica other = new Replica(0, restarted, Recovery.NONE);
        other.restored();
        other.onTable(new ClusterTable(
                "c",
                2,
                3,
                false,
                0,
                List.of(),
                List.of(FakeWorld.info(ME)),
                List.of(new Partition(0, 4, List.of(ME), List.of(), List.of())),
                Orders.NONE));
        assertEquals(ReplicaRole.NONE, other.role());
        assertEquals(ReplicaRole.FOLLOWER, world.replica.role());
    }

    @Test
    void aSilentCopyIsReportedAndForgivenOnceItAnswers() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.acknowledge(TWO, 1);
        for (int i = 0; i < 60; i++) {
            world.nowNs += SEC / 50;
            world.grantLeases(TWO, THREE);
            world.replica.onTick();
        }
        assertEquals(List.of(THREE), world.replica.unresponsive());
        world.acknowledge(THREE, 1);
        world.replica.onTick();
        assertEquals(List.of(), world.replica.unresponsive());
    }

    @Test
    void aPrimaryWhoseOwnLogIsStuckReportsItself() {
        FakeWorld world = new FakeWorld().serving(TWO, THREE);
        world.submit(WriteKind.SET, "k", "v");
        world.acknowledge(TWO, 1);
        world.acknowledge(THREE, 1);
        for (int i = 0; i < 150; i++) {
            world.nowNs += SEC / 50;
            world.grantLeases(TWO, THREE);
            world.replica.onTick();
        }
        assertEquals(List.of(FakeWorld.ME), world.replica.unresponsive());
        world.logged();
        world.replica.onTick();
        assertEquals(List.of(), world.replica.unresponsive());
    }

    @Test
    void whoWasPausedItselfReportsNobody() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.replica.onTick();
        world.nowNs += 30 * SEC;
        world.grantLeases(TWO);
        world.replica.onTick();
        assertEquals(List.of(), world.replica.unresponsive());
    }

    @Test
    void nothingIsAcknowledgedWithoutAJoinerThatWasReported() {
        FakeWorld world = new FakeWorld().serving();
        world.table(1, List.of(ME), List.of(TWO));
        world.acknowledge(TWO, 0);
        assertEquals(List.of(TWO), world.replica.joined());
        assertEquals(ErrorCode.LEASE_LOST, world.get("k").failed, "its lease is needed too");
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.logged();
        assertTrue(set.isOpen());
        world.acknowledge(TWO, 1);
        assertEquals(WriteStatus.DONE, status(set));
    }

    private static LogEntry put(long epoch, long seq) {
        return new LogEntry(
                EntryKind.PUT, epoch, seq, 0, 0, 0, 0, Bytes.utf8("k" + seq), 0, 0, Bytes.utf8("v"), seq, 0);
    }

    /** A copy of server 2's, which has two entries of epoch 1, both committed. */
    private static FakeWorld followerOfTwoEntries() {
        FakeWorld world = new FakeWorld();
        world.table(1, List.of(TWO, THREE, ME), List.of());
        world.replica.onMessage(
                TWO, new Replicate(0, 1, world.version, 0, 0, 0, 2, List.of(put(1, 1), put(1, 2)), false));
        world.logged();
        assertEquals(2, world.replica.data().committedSeq());
        world.sent.clear();
        return world;
    }

    @Test
    void whatIsCommittedHereAndUnknownToThePrimaryIsNotUndoneButSaid() {
        FakeWorld world = followerOfTwoEntries();
        world.table(2, List.of(THREE, ME), List.of());
        world.replica.onMessage(THREE, new Replicate(0, 2, world.version, 1, 1, 1, 1, List.of(put(2, 2)), false));
        world.replica.flush();
        assertTrue(world.sent(THREE, Replicated.class).isEmpty());
        assertEquals(2, world.sent(THREE, Behind.class).get(0).committedSeq());
        assertEquals(1, world.replica.data().epochAt(2));
    }

    @Test
    void whatIsCommittedHereIsNotReplacedByAnotherEntryOfItsSeq() {
        FakeWorld world = followerOfTwoEntries();
        world.table(2, List.of(THREE, ME), List.of());
        world.replica.onMessage(
                THREE, new Replicate(0, 2, world.version, 9, 1, 1, 1, List.of(put(2, 2), put(2, 3)), false));
        world.replica.flush();
        assertTrue(world.sent(THREE, Replicated.class).isEmpty());
        assertEquals(1, world.sent(THREE, Behind.class).size());
        assertEquals(2, world.replica.view().lastSeq());
    }

    @Test
    void whatIsSentAgainIsAnsweredAgainAndTakenOnce() {
        FakeWorld world = followerOfTwoEntries();
        world.replica.onMessage(
                TWO, new Replicate(0, 1, world.version, 0, 0, 0, 2, List.of(put(1, 1), put(1, 2), put(1, 3)), false));
        world.logged();
        assertEquals(3, world.sent(TWO, Replicated.class).get(0).seq());
        assertTrue(world.sent(TWO, Behind.class).isEmpty());
        assertEquals(3, world.log.size());
    }

    @Test
    void aCopyWithoutMemoryTakesNothingNewButCommitsAndAnswersForWhatItHas() {
        FakeWorld world = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(300, 600), Recovery.NONE);
        world.table(1, List.of(TWO, ME), List.of());
        world.replica.onMessage(
                TWO, new Replicate(0, 1, world.version, 0, 0, 0, 0, List.of(put(1, 1), put(1, 2)), false));
        world.logged();
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 1, 2, 2, List.of(), false));
        assertTrue(world.context.memory().isFull());
        world.sent.clear();
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 1, 2, 2, List.of(put(1, 3)), false));
        world.replica.flush();
        assertEquals(2, world.replica.view().lastSeq(), "no room");
        assertEquals(2, world.sent(TWO, Replicated.class).get(0).seq());
        world.sent.clear();
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 1, 1, 2, List.of(put(1, 2)), false));
        world.replica.flush();
        assertEquals(2, world.sent(TWO, Replicated.class).get(0).seq());
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        world.replica.onCheckpointed(checkpoint);
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 1, 2, 2, List.of(put(1, 3)), false));
        assertEquals(3, world.replica.view().lastSeq());
    }

    @Test
    void whoSendsByAnOlderTableIsToldThatThereIsANewerOne() {
        FakeWorld world = followerOfTwoEntries();
        world.table(2, List.of(THREE, ME), List.of());
        world.sent.clear();
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version - 1, 0, 1, 2, 2, List.of(put(1, 3)), false));
        Behind refusal = world.sent(TWO, Behind.class).get(0);
        assertFalse(refusal.accepted());
        assertEquals(world.version, refusal.tableVersion());
        world.sent.clear();
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 1, 2, 2, List.of(), false));
        world.replica.onMessage(TWO, new Replicate(0, 3, world.version + 1, 0, 1, 2, 2, List.of(), false));
        assertTrue(world.sent(TWO, Behind.class).isEmpty(), "it knows as much, or more");
        assertEquals(2, world.replica.view().lastSeq());
    }

    @Test
    void aCopyThatOwesAnAnswerIsAskedAgainAfterAWhile() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.sent.clear();
        world.nowNs += SEC / 10;
        world.replica.onTick();
        assertTrue(world.sent(TWO, Replicate.class).isEmpty());
        world.nowNs += SEC / 5;
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, Replicate.class).size());
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, Replicate.class).size());
    }

    @Test
    void aCopyIsToldWhatIsCommittedAlsoIfNothingIsWrittenAnyMore() {
        FakeWorld world = new FakeWorld().serving(TWO);
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        world.acknowledge(TWO, 1);
        world.sent.clear();
        for (int i = 0; i < 3; i++) {
            world.nowNs += SEC / 5 + 1;
            world.grantLeases(TWO);
            world.replica.onTick();
        }
        List<Replicate> told = world.sent(TWO, Replicate.class);
        assertEquals(1, told.size());
        assertEquals(1, told.get(0).committedSeq());
    }
}
