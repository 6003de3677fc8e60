package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static io.kumo.server.replica.FakeWorld.status;
import static io.kumo.server.replica.FakeWorld.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.EpochStart;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.FakeWorld.Result;
import io.kumo.server.replica.ReplicaEvent.CopyLacksEntries;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What copies say that they have, and whether their primary believes it. */
class AcknowledgementsTest {
    private static final long PROCESS = TWO.value() * 11;
    private static final List<EpochStart> FIRST_EPOCH = List.of(new EpochStart(1, 1));

    private static void says(FakeWorld world, long epoch, long tableVersion, long seq, long process, long durable) {
        world.replica.onMessage(TWO, new Replicated(0, epoch, tableVersion, seq, process, durable));
    }

    private static void isBehind(FakeWorld world, boolean complete, long lastSeq, long committedSeq) {
        world.replica.onMessage(
                TWO,
                new Behind(0, 1, world.version, true, complete, lastSeq, committedSeq, FIRST_EPOCH, PROCESS, false));
        world.replica.flush();
    }

    private static Result<WriteResult> written(FakeWorld world) {
        Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.logged();
        return set;
    }

    /** Alone with one entry, which is committed; server 2 joins. */
    private static FakeWorld joined() {
        FakeWorld world = new FakeWorld().serving();
        assertEquals(WriteStatus.DONE, status(written(world)));
        world.table(1, List.of(ME), List.of(TWO));
        return world;
    }

    @Test
    void anEarlierProcessAnotherEpochAndMoreThanThereIsDoNotCount() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Result<WriteResult> set = written(world);
        says(world, 1, world.version, 1, PROCESS - 1, 2);
        assertTrue(set.isOpen(), "of an earlier process");
        says(world, 0, world.version, 1, PROCESS, 2);
        assertTrue(set.isOpen(), "of an earlier epoch");
        says(world, 1, world.version, 2, PROCESS, 3);
        assertTrue(set.isOpen(), "of an entry that is not there");
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(WriteStatus.DONE, status(set));
    }

    @Test
    void aCopyThatRestartedIsAnotherOne() {
        FakeWorld world = new FakeWorld().serving(TWO);
        Result<WriteResult> set = written(world);
        ServerInfo two = FakeWorld.info(TWO);
        ServerInfo restarted = new ServerInfo(TWO, two.address(), PROCESS + 1, two.zone(), ServerState.ATTACHED, true);
        world.version++;
        world.replica.onTable(new ClusterTable(
                "c",
                world.version,
                3,
                false,
                0,
                List.of(),
                List.of(FakeWorld.info(ME), restarted),
                List.of(new Partition(0, 1, List.of(ME, TWO), List.of(), List.of(ME, TWO))),
                Orders.NONE));
        says(world, 1, world.version, 1, PROCESS, 2);
        assertTrue(set.isOpen());
        says(world, 1, world.version, 1, PROCESS + 1, 2);
        assertEquals(WriteStatus.DONE, status(set));
    }

    @Test
    void whoWasInSyncAndJoinsIsAskedAnew() {
        FakeWorld world = new FakeWorld().serving(TWO);
        written(world);
        world.acknowledge(TWO, 1);
        world.table(1, List.of(ME), List.of(TWO));
        world.replica.onTick();
        assertEquals(List.of(), world.replica.joined());
        says(world, 1, world.version - 1, 1, PROCESS, 2);
        assertEquals(List.of(), world.replica.joined(), "it does not know yet that it joins");
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(List.of(TWO), world.replica.joined());
    }

    @Test
    void whoMayHaveJoinedAnewInTablesThatWereMissedIsAskedAgain() {
        FakeWorld world = joined();
        world.acknowledge(TWO, 1);
        assertEquals(List.of(TWO), world.replica.joined());
        world.version++;
        world.table(1, List.of(ME), List.of(TWO));
        assertEquals(List.of(), world.replica.joined());
        Result<WriteResult> set = written(world);
        assertTrue(set.isOpen(), "managers may have acted on what was reported");
        world.acknowledge(TWO, 2);
        assertEquals(WriteStatus.DONE, status(set));
        assertEquals(List.of(TWO), world.replica.joined());
    }

    /** It was in sync meanwhile, left, dropped what it had, and joins again. */
    @Test
    void whoBeganAnewInTablesThatWereMissedIsNotWaitedForAndGetsACopy() {
        FakeWorld world = joined();
        world.acknowledge(TWO, 1);
        assertEquals(List.of(TWO), world.replica.joined());
        long before = world.version;
        world.version++;
        world.table(1, List.of(ME), List.of(TWO));
        Result<WriteResult> set = written(world);
        world.replica.onMessage(TWO, new Behind(0, 1, before, true, true, 0, 0, List.of(), PROCESS, false));
        assertTrue(set.isOpen(), "that was before");
        world.replica.onMessage(TWO, new Behind(0, 1, world.version, true, true, 0, 0, List.of(), PROCESS, false));
        assertEquals(WriteStatus.DONE, status(set));
        world.replica.onTick();
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
        assertEquals(List.of(), world.replica.joined());
    }

    @Test
    void aJoinerIsReportedOnceWhatItHasIsDurable() {
        FakeWorld world = joined();
        says(world, 1, world.version, 1, PROCESS, 1);
        assertEquals(List.of(), world.replica.joined());
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(List.of(TWO), world.replica.joined());
    }

    @Test
    void aJoinerThatIsBehindHoldsNothingUpAndIsReportedOnceItHasAll() {
        FakeWorld world = joined();
        world.readable.addAll(world.log);
        says(world, 1, world.version, 0, PROCESS, 1);
        assertEquals("v", value(world.get("k")), "without its lease");
        world.replica.flush();
        List<Replicate> sent = world.sent(TWO, Replicate.class);
        assertEquals(world.log, sent.get(sent.size() - 1).entries());
        assertEquals(List.of(), world.replica.joined(), "sent is not received");
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(List.of(TWO), world.replica.joined());
    }

    @Test
    void whatWasSaidBeforeACopyDoesNotCountAfterIt() {
        FakeWorld world = joined();
        says(world, 1, world.version, 1, PROCESS, 1);
        assertEquals(ErrorCode.LEASE_LOST, world.get("k").failed, "it is counted");
        isBehind(world, false, 0, 0);
        List<CopyChunk> chunks = world.sent(TWO, CopyChunk.class);
        assertEquals(1, chunks.size());
        world.replica.onTick();
        assertEquals("v", value(world.get("k")), "it is not counted any more");
        says(world, 1, world.version, 1, PROCESS, 9);
        CopyChunk chunk = chunks.get(0);
        world.replica.onMessage(
                TWO, new CopyReceived(0, 1, world.version, chunk.copyId(), 1, PROCESS, List.of(), true));
        world.replica.flush();
        assertEquals(List.of(), world.replica.joined());
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(List.of(TWO), world.replica.joined());
    }

    @Test
    void whoCommittedWhatIsNotHereGetsACopy() {
        FakeWorld world = joined();
        world.readable.addAll(world.log);
        isBehind(world, true, 3, 3);
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
    }

    @Test
    void whatTheLogHasOfAnEarlierEpochIsNotSent() {
        FakeWorld world = joined();
        assertEquals(1, world.log.size());
        world.readable.add(LogEntry.internal(
                world.log.get(0).kind(),
                0,
                1,
                world.log.get(0).key(),
                world.log.get(0).value()));
        says(world, 1, world.version, 0, PROCESS, 1);
        world.replica.flush();
        world.replica.onTick();
        assertTrue(world.sent(TWO, Replicate.class).stream()
                .allMatch(sent -> sent.entries().isEmpty()));
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
    }

    @Test
    void allThatTheTableNamesHaveToLease() {
        FakeWorld world = new FakeWorld().serving(TWO);
        assertEquals("miss", value(world.get("k")));
        world.table(1, List.of(ME, TWO, THREE), List.of());
        assertEquals(ErrorCode.LEASE_LOST, world.get("k").failed);
        world.grantLeases(TWO, THREE);
        assertEquals("miss", value(world.get("k")));
    }

    @Test
    void copiesUndoWhatLiesBeyondTheEndOfTheEpochBefore() {
        FakeWorld world = new FakeWorld().serving(TWO);
        written(world);
        List<Replicate> sent = world.sent(TWO, Replicate.class);
        assertEquals(1, sent.get(sent.size() - 1).entries().size());
        assertEquals(0, sent.get(sent.size() - 1).baseSeq());
    }

    /** So many ticks of 20 ms in which nobody says anything but that it still grants its lease. */
    private static void silence(FakeWorld world, int ticks) {
        for (int i = 0; i < ticks; i++) {
            world.nowNs += SEC / 50;
            world.grantLeases(TWO);
            world.replica.onTick();
        }
    }

    @Test
    void aJoinerThatFallsSilentBeforeItIsReportedHoldsNothingUp() {
        FakeWorld world = joined();
        says(world, 1, world.version, 1, PROCESS, 1);
        Result<WriteResult> set = written(world);
        silence(world, 45);
        assertTrue(set.isOpen(), "it is counted");
        silence(world, 15);
        assertEquals(WriteStatus.DONE, status(set));
        assertEquals(List.of(), world.replica.unresponsive(), "nobody relies on it");
    }

    @Test
    void aJoinerThatWasReportedIsWaitedForHoweverLongAndComplainedOf() {
        FakeWorld world = joined();
        world.acknowledge(TWO, 1);
        Result<WriteResult> set = written(world);
        silence(world, 200);
        assertTrue(set.isOpen());
        assertEquals(List.of(TWO), world.replica.unresponsive());
    }

    @Test
    void aJoinerThatWasReportedBeforeTablesWereMissedIsWaitedForHoweverLong() {
        FakeWorld world = joined();
        world.acknowledge(TWO, 1);
        world.version++;
        world.table(1, List.of(ME), List.of(TWO));
        Result<WriteResult> set = written(world);
        silence(world, 200);
        assertTrue(set.isOpen(), "managers may have acted on what was reported");
        assertEquals(List.of(TWO), world.replica.unresponsive());
    }

    @Test
    void whoGrantsNoLeaseIsComplainedOfUntilItDoes() {
        FakeWorld world = new FakeWorld().serving(TWO);
        silence(world, 100);
        for (int i = 0; i < 70; i++) {
            world.nowNs += SEC / 50;
            world.replica.onTick();
        }
        assertEquals(List.of(), world.replica.unresponsive());
        int reports = world.reports;
        for (int i = 0; i < 20; i++) {
            world.nowNs += SEC / 50;
            world.replica.onTick();
        }
        assertEquals(List.of(TWO), world.replica.unresponsive());
        assertEquals(reports + 1, world.reports, "managers hear of it at once, and once");
        silence(world, 2);
        assertEquals(List.of(), world.replica.unresponsive());
        assertEquals(reports + 2, world.reports);
    }

    @Test
    void whoLacksForGoodWhatIsCommittedIsComplainedOf() {
        FakeWorld world = new FakeWorld().serving(TWO);
        written(world);
        world.acknowledge(TWO, 1);
        isBehind(world, false, 0, 0);
        world.replica.onTick();
        assertEquals(List.of(TWO), world.replica.unresponsive());
    }

    @Test
    void whatACopySaysThatKnowsANewerTableMayBeOfANewLife() {
        FakeWorld world = new FakeWorld().serving(TWO);
        written(world);
        world.acknowledge(TWO, 1);
        world.replica.onMessage(TWO, new Behind(0, 1, world.version + 1, true, true, 0, 0, List.of(), PROCESS, false));
        world.replica.onTick();
        assertEquals(List.of(), world.replica.unresponsive());
        assertEquals(
                List.of(),
                world.events.stream().filter(CopyLacksEntries.class::isInstance).toList());
        world.replica.onMessage(TWO, new Behind(0, 1, world.version, true, true, 0, 0, List.of(), PROCESS, false));
        assertEquals(
                1,
                world.events.stream().filter(CopyLacksEntries.class::isInstance).count());
    }

    @Test
    void managersHearAtOnceThatSomebodyHasJoined() {
        FakeWorld world = joined();
        int reports = world.reports;
        world.acknowledge(TWO, 1);
        assertEquals(reports + 1, world.reports);
        world.table(1, List.of(ME, TWO), List.of());
        assertEquals(reports + 2, world.reports, "and that this is done");
        world.table(1, List.of(ME, TWO), List.of());
        assertEquals(reports + 2, world.reports);
    }

    @Test
    void whoHasJoinedGivesItsPlaceForCopiesBack() {
        FakeWorld world = joined();
        isBehind(world, false, 0, 0);
        world.replica.onTick();
        CopyThrottle throttle = world.context.throttle;
        for (int i = 1; i < FakeWorld.COPY_PLACES; i++) {
            assertTrue(throttle.start(1, world.nowNs));
        }
        assertFalse(throttle.start(1, world.nowNs), "its copy has the last one");
        CopyChunk chunk = world.sent(TWO, CopyChunk.class).get(0);
        world.replica.onMessage(
                TWO, new CopyReceived(0, 1, world.version, chunk.copyId(), 1, PROCESS, List.of(), true));
        world.replica.flush();
        says(world, 1, world.version, 1, PROCESS, 2);
        assertEquals(List.of(TWO), world.replica.joined());
        assertTrue(throttle.start(1, world.nowNs));
    }

    @Test
    void whoIsInSyncAndLacksWhatTheLogHasNoMoreIsComplainedOfAndNotCopiedOver() {
        FakeWorld world = new FakeWorld().serving(TWO);
        written(world);
        world.acknowledge(TWO, 1);
        isBehind(world, true, 0, 0);
        world.replica.onTick();
        assertEquals(List.of(TWO), world.replica.unresponsive());
        assertTrue(world.sent(TWO, CopyChunk.class).isEmpty());
    }

    @Test
    void aJoinerThatLacksWhatTheLogHasNoMoreIsComplainedOfOnlyIfItWasReported() {
        FakeWorld world = joined();
        isBehind(world, true, 0, 0);
        world.replica.onTick();
        assertEquals(List.of(), world.replica.unresponsive());
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());

        world = joined();
        world.acknowledge(TWO, 1);
        isBehind(world, true, 0, 0);
        world.replica.onTick();
        assertEquals(List.of(TWO), world.replica.unresponsive());
        assertTrue(world.sent(TWO, CopyChunk.class).isEmpty());
    }

    /** Whether all places for copies are free. */
    private static boolean areAllPlacesFree(FakeWorld world) {
        for (int i = 0; i < FakeWorld.COPY_PLACES; i++) {
            if (!world.context.throttle.start(1, world.nowNs)) {
                return false;
            }
        }
        return true;
    }

    @Test
    void aPrimaryThatIsDeposedGivesThePlacesOfItsCopiesBack() {
        FakeWorld world = joined();
        isBehind(world, false, 0, 0);
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
        world.table(2, List.of(THREE, ME), List.of());
        assertTrue(areAllPlacesFree(world));
    }

    @Test
    void whoDoesNotJoinAnyMoreGivesItsPlaceBack() {
        FakeWorld world = joined();
        isBehind(world, false, 0, 0);
        assertEquals(1, world.sent(TWO, CopyChunk.class).size());
        world.table(1, List.of(ME), List.of());
        assertTrue(areAllPlacesFree(world));
    }
}
