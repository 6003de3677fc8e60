package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.ME;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.WriteKind;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A joiner, which gets a copy of the records. */
class CopyIntakeTest {
    private static final int EPOCH = 4;
    private static final long COPY = 50;

    private final FakeWorld world = new FakeWorld();

    private static LogEntry record(String key, long seq) {
        return LogEntry.internal(EntryKind.PUT, 1, seq, Bytes.utf8(key), Bytes.utf8(key + seq));
    }

    private void joins() {
        world.table(EPOCH, List.of(TWO), List.of(ME));
        world.sent.clear();
    }

    private void gets(long copyId, int index, boolean last, List<LogEntry> records) {
        gets(copyId, index, last, records, false, List.of(), Bytes.EMPTY);
    }

    private void gets(
            long copyId,
            int index,
            boolean last,
            List<LogEntry> records,
            boolean diff,
            List<RangeDigest> digests,
            Bytes stale) {
        Bytes state = last ? primaryState() : Bytes.EMPTY;
        world.replica.onMessage(
                TWO,
                new CopyChunk(
                        0, EPOCH, world.version, copyId, index, last, 1, 7, state, records, diff, digests, stale));
        world.replica.onTick();
        world.replica.flush();
    }

    /** What the last chunk brings: the epochs and the answers of a primary with seven entries. */
    private static Bytes primaryState() {
        FakeWorld primary = new FakeWorld().serving();
        for (int i = 0; i < 7; i++) {
            primary.submit(WriteKind.SET, "k" + i, "v");
        }
        primary.logged();
        return primary.replica.data().encodeState(7);
    }

    /** What the primary was answered since this was asked last. */
    private List<CopyReceived> answers() {
        List<CopyReceived> answers = world.sent(TWO, CopyReceived.class);
        world.sent.clear();
        return answers;
    }

    private void stores() {
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        world.replica.onCheckpointed(checkpoint);
        world.replica.flush();
    }

    @Test
    void eachChunkIsAnsweredOnceTheLogKnowsOfTheCopyAndTheLastOnceItIsStored() {
        joins();
        gets(COPY, 0, false, List.of(record("a", 1)));
        assertEquals(List.of(), answers());
        world.logged();
        assertEquals(1, answers().get(0).nextIndex());
        gets(COPY, 1, true, List.of(record("b", 2)));
        assertEquals(List.of(), answers());
        assertTrue(world.storesWanted > 0);
        stores();
        assertEquals(List.of(), answers(), "the log has to know that it is whole");
        world.logged();
        CopyReceived last = answers().get(0);
        assertEquals(COPY, last.copyId());
        assertEquals(2, last.nextIndex());
        assertEquals(7, world.replica.view().lastSeq());
    }

    @Test
    void aChunkThatHasComeBeforeIsAnsweredAgainAndOneAfterAGapIsNotTaken() {
        joins();
        gets(COPY, 0, false, List.of(record("a", 1)));
        world.logged();
        answers();
        gets(COPY, 0, false, List.of(record("a", 1)));
        assertEquals(1, answers().get(0).nextIndex());
        gets(COPY, 2, false, List.of(record("c", 3)));
        assertEquals(1, answers().get(0).nextIndex());
        gets(COPY, 1, false, List.of(record("b", 2)));
        assertEquals(2, answers().get(0).nextIndex());
    }

    @Test
    void ofACopyThatWasGivenUpNothingIsTaken() {
        joins();
        gets(COPY, 0, false, List.of(record("a", 1)));
        world.logged();
        answers();
        gets(COPY - 1, 0, false, List.of(record("b", 2)));
        assertEquals(List.of(), answers());
        gets(COPY + 1, 1, false, List.of(record("b", 2)));
        assertEquals(List.of(), answers(), "its first chunk is on its way");
        gets(COPY, 1, false, List.of(record("b", 2)));
        assertEquals(2, answers().get(0).nextIndex());
    }

    @Test
    void whoKnowsOfNoCopyAsksForItsBeginning() {
        joins();
        gets(COPY, 3, false, List.of(record("a", 1)));
        CopyReceived answer = answers().get(0);
        assertEquals(0, answer.copyId());
        assertFalse(answer.hasRecords());
    }

    @Test
    void withoutMemoryNothingMoreIsAskedFor() {
        FakeWorld small = new FakeWorld(ReplicaSettings.defaults(), new MemoryBudget(300, 600), Recovery.NONE);
        small.table(EPOCH, List.of(TWO), List.of(ME));
        CopyChunk chunk = new CopyChunk(
                0,
                EPOCH,
                small.version,
                COPY,
                0,
                false,
                1,
                7,
                Bytes.EMPTY,
                List.of(record("a", 1), record("b", 2)),
                false,
                List.of(),
                Bytes.EMPTY);
        small.replica.onMessage(TWO, chunk);
        small.logged();
        assertTrue(small.context.memory().isFull());
        assertEquals(List.of(), small.sent(TWO, CopyReceived.class));
        Checkpoint checkpoint = small.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        small.replica.onCheckpointed(checkpoint);
        small.replica.flush();
        assertEquals(1, small.sent(TWO, CopyReceived.class).get(0).nextIndex());
    }

    /** It had a and b before it joined; the primary has a, another b, and c. */
    private void comparesWithWhatItHas(boolean isStored) {
        world.table(1, List.of(TWO, ME), List.of());
        world.replica.onMessage(
                TWO, new Replicate(0, 1, world.version, 0, 0, 0, 2, List.of(record("a", 1), record("b", 2)), false));
        world.logged();
        if (isStored) {
            stores();
        }
        joins();
        List<LogEntry> there = List.of(record("a", 1), record("b", 3), record("c", 4));
        gets(COPY, 0, false, List.of(), true, RangeDigests.of(there, true), Bytes.EMPTY);
        world.logged();
    }

    @Test
    void whatDiffersIsToldAndReplacedAndTheRestIsKept() {
        comparesWithWhatItHas(false);
        CopyReceived answer = answers().get(0);
        assertEquals(1, answer.nextIndex());
        assertEquals(1, answer.wanted().size());
        assertEquals(0, answer.wanted().get(0).range());
        List<Long> fingerprints =
                List.of(RangeDigests.fingerprint(record("a", 1)), RangeDigests.fingerprint(record("b", 2)));
        assertEquals(RangeDigests.pack(fingerprints), answer.wanted().get(0).fingerprints());
        Bytes stale = RangeDigests.pack(List.of(RangeDigests.fingerprint(record("b", 2))));
        gets(COPY, 1, true, List.of(record("c", 4)), true, List.of(), stale);
        Checkpoint checkpoint = world.replica.beginCheckpoint();
        assertNotNull(checkpoint);
        Map<String, EntryKind> stored = checkpoint.records().stream()
                .collect(Collectors.toMap(each -> each.key().toUtf8(), LogEntry::kind));
        assertEquals(EntryKind.DELETE, stored.get("b"));
        assertTrue(stored.containsKey("a") && stored.get("a") != EntryKind.DELETE);
        assertTrue(stored.containsKey("c") && stored.get("c") != EntryKind.DELETE);
    }

    @Test
    void whatIsEqualIsNotAskedFor() {
        world.table(1, List.of(TWO, ME), List.of());
        List<LogEntry> records = List.of(record("a", 1), record("b", 2));
        world.replica.onMessage(TWO, new Replicate(0, 1, world.version, 0, 0, 0, 2, records, false));
        world.logged();
        joins();
        gets(COPY, 0, false, List.of(), true, RangeDigests.of(records, true), Bytes.EMPTY);
        world.logged();
        CopyReceived answer = answers().get(0);
        assertEquals(1, answer.nextIndex());
        assertEquals(List.of(), answer.wanted());
    }

    @Test
    void whoseRecordsCantBeReadAsksForAllOfThem() {
        world.canScan = false;
        comparesWithWhatItHas(true);
        CopyReceived answer = answers().get(0);
        assertEquals(0, answer.copyId());
        assertFalse(answer.hasRecords());
    }
}
