package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts after something happened to Xodus's files that Xodus does not notice. */
final class RecoveryTest {
    @TempDir
    Path directory;

    private static List<LogEntry> puts(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> Disk.put(1, seq, "key" + (1000 + seq), "value" + seq))
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private void checkpoint(Disk disk, long from, long to) {
        disk.append(1, puts(from, to));
        disk.checkpoint(PartitionChange.of(1, false, puts(from, to), Disk.at(1, to)));
    }

    private void deleteData() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("data"))) {
            for (Path path : all.toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void recordsThatAreGoneAreReplayedIfTheLogStillHasAll() throws IOException {
        try (Disk disk = Disk.open(directory)) {
            checkpoint(disk, 1, 10);
        }
        deleteData();
        try (Disk disk = Disk.open(directory)) {
            assertEquals(range(1, 10), disk.seen.seqs(1));
            assertTrue(disk.seen.damaged.isEmpty());
        }
    }

    @Test
    void recordsThatAreGoneAreMissedIfTheLogIsTooShort() throws IOException {
        StorageOptions options = Disk.options(directory).withSegmentBytes(1000);
        try (Disk disk = new Disk(options, "boot")) {
            for (int i = 0; i < 10; i++) {
                checkpoint(disk, 10 * i + 1, 10 * i + 10);
            }
            checkpoint(disk, 101, 110);
        }
        deleteData();
        try (Disk disk = new Disk(options, "boot")) {
            assertTrue(disk.seen.damaged.containsKey(1), "copied anew");
            assertFalse(disk.seen.states.containsKey(1));
            assertFalse(disk.seen.entries.containsKey(1));
        }
        try (Disk disk = new Disk(options, "boot")) {
            assertTrue(disk.seen.damaged.containsKey(1), "until that is done");
            disk.append(1, Disk.mark(EntryKind.COPY_BEGIN, 2, 200));
            disk.append(1, Disk.mark(EntryKind.COPY_END, 2, 200));
        }
        try (Disk disk = new Disk(options, "boot")) {
            assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
            assertEquals(
                    List.of(EntryKind.COPY_BEGIN, EntryKind.COPY_END),
                    disk.seen.entries.get(1).stream().map(LogEntry::kind).toList());
            disk.checkpoint(PartitionChange.of(1, true, List.of(), Disk.at(2, 200)));
        }
        try (Disk disk = new Disk(options, "boot")) {
            assertEquals(Disk.at(2, 200), disk.seen.states.get(1));
            assertFalse(disk.seen.entries.containsKey(1));
        }
    }

    @Test
    void aStoreThatWentBackToAnEarlierCheckpointIsBroughtUpByTheLog() throws IOException {
        Path earlier = directory.resolveSibling(directory.getFileName() + "-earlier");
        Disk first = Disk.open(directory);
        checkpoint(first, 1, 10);
        first.close();
        Disk.copy(directory.resolve("data"), earlier);
        try (Disk disk = Disk.open(directory)) {
            checkpoint(disk, 11, 20);
            checkpoint(disk, 21, 30);
        }
        deleteData();
        Disk.copy(earlier, directory.resolve("data"));
        try (Disk disk = Disk.open(directory)) {
            assertEquals(Disk.at(1, 10), disk.seen.states.get(1));
            assertEquals(range(11, 30), disk.seen.seqs(1));
        }
    }

    @Test
    void aCopyThatWasNotCompletedShowsItsBeginOnly() {
        LogEntry copied = LogEntry.internal(EntryKind.COPY_PUT, 4, 17, Bytes.utf8("k"), Bytes.utf8("v"));
        try (Disk disk = Disk.open(directory)) {
            checkpoint(disk, 1, 10);
            disk.append(1, Disk.mark(EntryKind.COPY_BEGIN, 4, 20), copied, copied);
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(
                    List.of(EntryKind.COPY_BEGIN),
                    disk.seen.entries.get(1).stream().map(LogEntry::kind).toList());
        }
    }

    @Test
    void aPartitionThatCameBackAfterADropHasNothingOfTheOldOne() {
        try (Disk disk = Disk.open(directory)) {
            checkpoint(disk, 1, 10);
            disk.append(1, Disk.mark(EntryKind.DROP, 1, 10));
            disk.append(1, puts(1, 4));
        }
        try (Disk disk = Disk.open(directory)) {
            List<LogEntry> all = disk.seen.entries.get(1);
            assertEquals(EntryKind.DROP, all.get(0).kind());
            assertEquals(puts(1, 4), all.subList(1, all.size()));
        }
    }

    @Test
    void entriesOnlyInTheLogStartFromAnEmptyState() {
        try (Disk disk = Disk.open(directory)) {
            disk.append(9, puts(1, 4));
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(PartitionState.EMPTY, disk.seen.states.get(9));
            assertEquals(range(1, 4), disk.seen.seqs(9));
        }
    }

    @Test
    void marksThatAreGoneMakeItReadTheRecords() throws IOException {
        try (Disk disk = Disk.open(directory)) {
            checkpoint(disk, 1, 10);
        }
        Files.delete(directory.resolve("log/marks"));
        try (Disk disk = Disk.open(directory)) {
            assertEquals(Disk.at(1, 10), disk.seen.states.get(1));
            assertEquals(10, disk.seen.counts.get(1));
        }
    }
}
