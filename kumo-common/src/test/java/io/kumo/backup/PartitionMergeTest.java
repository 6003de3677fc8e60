package io.kumo.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionMergeTest {
    private static final BackupReader NO_FILE = null;

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    private static List<LogEntry> history(Random random) {
        List<LogEntry> entries = new ArrayList<>();
        for (int seq = 1; seq <= 60; seq++) {
            int dice = random.nextInt(20);
            EntryKind kind = dice == 0 ? EntryKind.FLUSH : dice < 6 ? EntryKind.DELETE : EntryKind.PUT;
            Bytes key = kind == EntryKind.FLUSH ? Bytes.EMPTY : Bytes.utf8("k" + random.nextInt(10));
            Bytes value = kind == EntryKind.PUT ? Bytes.utf8("v" + seq) : Bytes.EMPTY;
            entries.add(LogEntry.internal(kind, 1 + seq / 25, seq, key, value));
        }
        return entries;
    }

    /** What a store has after these. */
    private static Map<Bytes, LogEntry> state(List<LogEntry> entries) {
        Map<Bytes, LogEntry> state = new TreeMap<>();
        for (LogEntry entry : entries) {
            if (entry.kind() == EntryKind.FLUSH) {
                state.clear();
            } else if (entry.kind() == EntryKind.DELETE) {
                state.remove(entry.key());
            } else {
                state.put(entry.key(), entry);
            }
        }
        return state;
    }

    private static List<LogEntry> merged(List<LogEntry> entries) {
        PartitionMerge merge = new PartitionMerge();
        entries.forEach(merge::add);
        return merge.records();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyOrderLeavesWhatTheStoreHas(int seed) {
        Random random = new Random(seed);
        List<LogEntry> entries = history(random);
        List<LogEntry> expected = List.copyOf(state(entries).values());
        assertEquals(expected, merged(entries));
        List<LogEntry> shuffled = new ArrayList<>(entries);
        shuffled.addAll(entries.subList(0, 20)); // some of them twice
        Collections.shuffle(shuffled, random);
        assertEquals(expected, merged(shuffled));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aScanWhileWritesGoOnAndTheLogSinceMakeTheStateAtTheEnd(int seed) {
        Random random = new Random(seed);
        List<LogEntry> entries = history(random);
        int began = random.nextInt(30);
        List<LogEntry> backup = new ArrayList<>();
        int moment = began;
        for (int key = 0; key < 10; key++) { // each key is read at some moment, none before the one before it
            moment = Math.min(entries.size(), moment + random.nextInt(4));
            LogEntry found = state(entries.subList(0, moment)).get(Bytes.utf8("k" + key));
            if (found != null) {
                backup.add(found);
            }
        }
        backup.addAll(entries.subList(began, moment));
        assertEquals(List.copyOf(state(entries.subList(0, moment)).values()), merged(backup));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void changesMergedMakeTheSameOfAnOlderState(int seed) {
        Random random = new Random(seed);
        List<LogEntry> entries = history(random);
        int cut = random.nextInt(60);
        PartitionMerge changes = new PartitionMerge();
        entries.subList(cut, 60).forEach(changes::add);
        List<LogEntry> both = new ArrayList<>(state(entries.subList(0, cut)).values());
        both.addAll(changes.changes());
        assertEquals(List.copyOf(state(entries).values()), merged(both));
    }

    @Test
    void aFlushThatIsOnlyPlannedDeletesNothing() {
        LogEntry put = LogEntry.internal(EntryKind.PUT, 1, 1, Bytes.utf8("k"), Bytes.utf8("v"));
        LogEntry plan = new LogEntry(EntryKind.FLUSH, 1, 2, 0, 0, 0, 0, Bytes.EMPTY, 0, 99, Bytes.EMPTY, 2, 0);
        assertEquals(List.of(put), merged(List.of(put, plan)));
        assertTrue(plan.isPlan());
        PartitionMerge merge = new PartitionMerge();
        merge.add(plan);
        assertTrue(merge.changes().isEmpty());
    }

    private static BackupChain.Part part(long sinceEpoch, long since, long epoch, long seq) {
        BackupPiece piece =
                new BackupPiece(0, new BackupPoint(sinceEpoch, since), new BackupPoint(epoch, seq), 0, 0, 0, 0, "", "");
        return new BackupChain.Part(NO_FILE, piece);
    }

    @Test
    void theNewestStateIsMadeOfPiecesThatContinueEachOther() {
        BackupChain.Part whole = part(0, 0, 1, 10);
        BackupChain.Part older = part(0, 0, 1, 5);
        BackupChain.Part first = part(1, 10, 1, 20);
        BackupChain.Part both = part(1, 10, 2, 30);
        BackupChain.Part second = part(1, 20, 2, 30);
        assertEquals(List.of(whole, first), BackupChain.of(List.of(first, older, whole)));
        assertEquals(List.of(whole, both), BackupChain.of(List.of(second, first, whole, both)));
        assertEquals(List.of(whole, first, second), BackupChain.of(List.of(second, first, whole)));
        assertEquals(List.of(second), BackupChain.of(List.of(second, whole)), "the first changes are missing");
        assertTrue(BackupChain.of(List.of()).isEmpty());
    }

    @Test
    void aHistoryThatWasGivenUpIsNotUsed() {
        BackupChain.Part whole = part(0, 0, 1, 10);
        BackupChain.Part lost = part(1, 10, 1, 50); // then a promotion that lost 11 to 50
        BackupChain.Part after = part(1, 10, 2, 12);
        assertEquals(List.of(whole, after), BackupChain.of(List.of(whole, lost, after)));
    }

    @Test
    void noChangesSinceTheBaseMeansTheBase() {
        BackupChain.Part whole = part(0, 0, 1, 10);
        BackupChain.Part nothing = part(1, 10, 1, 10);
        assertEquals(List.of(whole), BackupChain.of(List.of(nothing, whole)));
        assertEquals(List.of(nothing), BackupChain.of(List.of(nothing)));
    }
}
