package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.ScanPage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskStorageTest {
    @TempDir
    Path directory;

    @Test
    void readsWhatWasAppendedFromAnySeq() {
        try (Disk disk = Disk.open(directory)) {
            disk.append(3, Disk.put(1, 1, "a", "1"), Disk.put(1, 2, "b", "2"));
            disk.append(4, Disk.put(1, 1, "c", "3"));
            disk.append(3, Disk.delete(2, 3, "a"));
            assertEquals(List.of(1L, 2L, 3L), disk.seqs(3, 1));
            assertEquals(List.of(3L), disk.seqs(3, 3));
            assertEquals(List.of(), disk.seqs(3, 4));
            assertEquals(new LogSlice.Gone(1), disk.read(3, 5, 100));
            assertEquals(new LogSlice.Gone(0), disk.read(9, 1, 100));
            LogSlice.Entries slice = assertInstanceOf(LogSlice.Entries.class, disk.read(3, 2, 1));
            assertEquals(List.of(Disk.put(1, 2, "b", "2")), slice.entries());
            assertEquals(3, slice.lastSeq());
        }
    }

    @Test
    void neverReadsWhatATruncateUndid() {
        try (Disk disk = Disk.open(directory)) {
            disk.append(3, Disk.put(1, 1, "a", "1"), Disk.put(1, 2, "b", "2"), Disk.put(1, 3, "c", "3"));
            disk.append(3, Disk.mark(EntryKind.TRUNCATE, 2, 1));
            assertEquals(List.of(1L), disk.seqs(3, 1));
            disk.append(3, Disk.put(2, 2, "d", "4"));
            LogSlice.Entries slice = assertInstanceOf(LogSlice.Entries.class, disk.read(3, 1, 1000));
            assertEquals(List.of(Disk.put(1, 1, "a", "1"), Disk.put(2, 2, "d", "4")), slice.entries());
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(List.of(Disk.put(1, 1, "a", "1"), Disk.put(2, 2, "d", "4")), disk.seen.entries.get(3));
            assertEquals(List.of(1L, 2L), disk.seqs(3, 1));
        }
    }

    @Test
    void checkpointedRecordsComeBackAndOnlyTheRestIsReplayed() {
        try (Disk disk = Disk.open(directory)) {
            disk.append(3, Disk.put(1, 1, "a", "1"), Disk.put(1, 2, "b", "2"), Disk.put(1, 3, "a", "3"));
            disk.checkpoint(PartitionChange.of(
                    3, false, List.of(Disk.put(1, 1, "a", "1"), Disk.put(1, 2, "b", "2")), Disk.at(1, 2)));
        }
        try (Disk disk = Disk.open(directory)) {
            assertTrue(disk.recovered.intact());
            assertEquals(Disk.at(1, 2), disk.seen.states.get(3));
            assertEquals(2, disk.seen.counts.get(3));
            assertEquals(List.of(Disk.put(1, 3, "a", "3")), disk.seen.entries.get(3));
            ScanPage page = Disk.await(disk.storage.records().scan(disk.context, 3, Bytes.EMPTY, 1000));
            assertEquals(
                    List.of("a", "b"),
                    page.records().stream().map(r -> r.key().toUtf8()).toList());
            assertEquals(1, page.records().get(0).seq());
            assertTrue(page.isLast());
        }
    }

    @Test
    void aCompletedCopyIsReplayedFromItsBegin() {
        LogEntry copied = LogEntry.internal(EntryKind.COPY_PUT, 4, 17, Bytes.utf8("k"), Bytes.utf8("v"));
        try (Disk disk = Disk.open(directory)) {
            disk.append(3, Disk.put(1, 1, "a", "1"));
            disk.checkpoint(PartitionChange.of(3, false, List.of(Disk.put(1, 1, "a", "1")), Disk.at(1, 1)));
            disk.append(3, Disk.mark(EntryKind.COPY_BEGIN, 4, 20), copied, Disk.mark(EntryKind.COPY_END, 4, 20));
            disk.append(3, Disk.put(4, 21, "b", "2"));
            assertEquals(List.of(21L), disk.seqs(3, 21));
            assertEquals(new LogSlice.Gone(21), disk.read(3, 1, 100));
        }
        try (Disk disk = Disk.open(directory)) {
            List<LogEntry> all = disk.seen.entries.get(3);
            assertEquals(
                    List.of(EntryKind.COPY_BEGIN, EntryKind.COPY_PUT, EntryKind.COPY_END, EntryKind.PUT),
                    all.stream().map(LogEntry::kind).toList());
            disk.checkpoint(PartitionChange.of(3, true, List.of(copied), Disk.at(4, 20)));
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(List.of(21L), disk.seen.seqs(3));
            assertEquals(1, disk.seen.counts.get(3));
        }
    }

    @Test
    void dropLeavesNothing() {
        try (Disk disk = Disk.open(directory)) {
            disk.append(3, Disk.put(1, 1, "a", "1"));
            disk.checkpoint(PartitionChange.of(3, false, List.of(Disk.put(1, 1, "a", "1")), Disk.at(1, 1)));
            disk.append(3, Disk.mark(EntryKind.DROP, 2, 1));
            disk.checkpoint(PartitionChange.drop(3));
            assertEquals(0, Disk.await(disk.storage.records().count(disk.context, 3)));
        }
        try (Disk disk = Disk.open(directory)) {
            assertFalse(disk.seen.states.containsKey(3), disk.seen.states::toString);
            assertEquals(PartitionState.EMPTY, disk.seen.states.getOrDefault(3, PartitionState.EMPTY));
        }
    }
}
