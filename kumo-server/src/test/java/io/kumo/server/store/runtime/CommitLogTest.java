package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogFrame;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.SyncMode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CommitLogTest {
    @TempDir
    Path directory;

    static IntStream seeds() {
        return IntStream.range(0, 8);
    }

    private StorageOptions smallSegments() {
        return Disk.options(directory).withSegmentBytes(2000).withRetention(1 << 30, 0);
    }

    private static List<LogEntry> puts(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> Disk.put(1, seq, "key" + seq, "value" + seq))
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private Path segment(int number) {
        return SegmentFile.pathOf(directory.resolve("log"), number);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("log"))) {
            return all.filter(path -> path.toString().endsWith(".log")).sorted().toList();
        }
    }

    @Test
    void aTailTornAtAnyByteIsCutAndTheRestStays() throws IOException {
        LogEntry last = Disk.put(1, 3, "key3", "value3");
        try (Disk disk = Disk.open(directory)) {
            disk.append(7, puts(1, 2));
            disk.append(7, last);
        }
        byte[] whole = Files.readAllBytes(segment(1));
        byte[] meta = Files.readAllBytes(directory.resolve("log/meta"));
        int start = whole.length - LogFrame.lengthOf(last);
        for (int bytes = start; bytes < whole.length; bytes++) {
            Files.write(segment(1), Arrays.copyOf(whole, bytes));
            Files.write(directory.resolve("log/meta"), meta);
            try (Disk disk = Disk.open(directory)) {
                assertEquals(List.of(1L, 2L), disk.seen.seqs(7), "cut at " + bytes);
                assertEquals(bytes - start, disk.recovered.cutBytes());
                disk.append(7, Disk.put(2, 3, "other", "value"));
                assertEquals(List.of(1L, 2L, 3L), disk.seqs(7, 1));
            }
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(
                    Disk.put(2, 3, "other", "value"), disk.seen.entries.get(7).get(2));
        }
    }

    /** Seqs in the order in which the log called back while the loop was still appending. */
    private static List<Long> writtenAtOnce(Disk disk, List<LogEntry> entries) {
        CompletableFuture<List<Long>> appended = new CompletableFuture<>();
        disk.context.runOnContext(none -> {
            List<Long> written = new ArrayList<>();
            for (LogEntry entry : entries) {
                LogBatch batch = disk.storage.log().newBatch(disk.context, done -> written.add(done.seq(0)));
                batch.add(7, entry);
                disk.storage.log().append(batch);
            }
            appended.complete(List.copyOf(written));
        });
        return appended.join();
    }

    @Test
    void aLoopWritesWhatIsSmallItselfButNeverBeforeWhatWaits() {
        LogEntry large = Disk.put(1, 3, "large", "x".repeat(300 << 10));
        try (Disk disk = Disk.open(directory)) {
            assertEquals(List.of(1L, 2L), writtenAtOnce(disk, puts(1, 2)));
            assertEquals(List.of(), writtenAtOnce(disk, List.of(large)));
            disk.append(7, puts(4, 4));
            assertEquals(range(1, 4), disk.seqs(7, 1));
        }
        try (Disk disk = Disk.open(directory)) {
            assertEquals(range(1, 4), disk.seen.seqs(7));
        }
    }

    @Test
    void noLoopWritesWhatIsToBeSyncedFirst() {
        try (Disk disk = new Disk(Disk.options(directory).withSync(SyncMode.ALWAYS), "boot")) {
            assertEquals(List.of(), writtenAtOnce(disk, puts(1, 2)));
            disk.append(7, puts(3, 3));
            assertEquals(range(1, 3), disk.seqs(7, 1));
        }
    }

    @Test
    void aSegmentThatWasJustBeingCreatedIsNoError() throws IOException {
        try (Disk disk = Disk.open(directory)) {
            disk.append(7, puts(1, 2));
        }
        Files.write(segment(2), new byte[5]);
        try (Disk disk = Disk.open(directory)) {
            assertEquals(List.of(1L, 2L), disk.seen.seqs(7));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aFlippedByteBeforeTheEndCostsThePartitionThatItHitsAndNoOther(int seed) throws IOException {
        Random random = new Random(seed);
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            for (long seq = 1; seq <= 60; seq++) {
                for (int partition = 0; partition < 3; partition++) {
                    disk.append(partition, Disk.put(1, seq, "key" + seq, "value" + seq));
                }
            }
        }
        List<Path> all = segments();
        Path hit = all.get(random.nextInt(all.size() - 1));
        byte[] content = Files.readAllBytes(hit);
        int at = SegmentFile.HEADER_BYTES + random.nextInt(content.length - SegmentFile.HEADER_BYTES);
        content[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(hit, content);
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            assertEquals(1, disk.seen.damaged.size(), disk.seen.damaged::toString);
            int damaged = disk.seen.damaged.keySet().iterator().next();
            assertTrue(disk.seen.damaged.get(damaged).contains(hit.toString()), disk.seen.damaged::toString);
            for (int partition = 0; partition < 3; partition++) {
                if (partition != damaged) {
                    assertEquals(range(1, 60), disk.seen.seqs(partition));
                }
            }
            KumoException seen = assertThrows(KumoException.class, () -> disk.read(damaged, 1, 1 << 20));
            assertEquals(ErrorCode.CORRUPT, seen.code());
            assertTrue(String.valueOf(seen.getMessage()).contains(hit.toString()), seen::getMessage);
        }
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            assertEquals(1, disk.seen.damaged.size(), "not forgotten at the next start");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aFlippedByteInTheNewestSegmentIsNotTakenForATornTail(int seed) throws IOException {
        Random random = new Random(seed);
        try (Disk disk = Disk.open(directory)) {
            for (long seq = 1; seq <= 10; seq++) {
                disk.append(1, Disk.put(1, seq, "a", "value"));
                disk.append(2, Disk.put(1, seq, "b", "value"));
            }
            disk.append(3, puts(1, 1));
        }
        byte[] content = Files.readAllBytes(segment(1));
        int body = LogFrame.lengthOf(Disk.put(1, 1, "a", "value"));
        int at = SegmentFile.HEADER_BYTES + random.nextInt(20 * body);
        content[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(segment(1), content);
        try (Disk disk = Disk.open(directory)) {
            assertEquals(0, disk.recovered.cutBytes());
            assertTrue(disk.seen.damaged.containsKey((at - SegmentFile.HEADER_BYTES) / body % 2 + 1), "at " + at);
            assertEquals(List.of(1L), disk.seen.seqs(3));
        }
    }

    @Test
    void afterAPowerCutEverythingBehindTheFirstUnsoundByteIsCut() throws IOException {
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            disk.append(1, puts(1, 5));
            disk.append(1, puts(6, 40));
            disk.append(1, puts(41, 60));
        }
        Files.writeString(directory.resolve("log/meta"), "boot=boot\nsync=interval\nclean=false\nintact=true\n");
        byte[] content = Files.readAllBytes(segment(2));
        Arrays.fill(content, SegmentFile.HEADER_BYTES + 500, SegmentFile.HEADER_BYTES + 900, (byte) 0);
        Files.write(segment(2), content);
        int next;
        try (Disk disk = new Disk(smallSegments(), "other boot")) {
            assertFalse(disk.recovered.intact());
            assertTrue(disk.recovered.cutBytes() > 900);
            next = disk.seen.seqs(1).size() + 1;
            assertEquals(range(1, next - 1), disk.seen.seqs(1));
            assertTrue(disk.seen.damaged.isEmpty());
            disk.append(1, puts(next, next));
            assertEquals(range(1, next), disk.seqs(1, 1));
        }
        try (Disk disk = new Disk(smallSegments(), "other boot")) {
            assertFalse(disk.recovered.intact(), "nobody has been told yet");
            assertEquals(range(1, next), disk.seen.seqs(1));
            disk.storage.settled();
        }
        try (Disk disk = new Disk(smallSegments(), "other boot")) {
            assertTrue(disk.recovered.intact());
        }
    }

    @Test
    void isIntactAfterACleanStopAndUnderTheSameBootAndIfAlwaysSynced() throws IOException {
        Disk.open(directory).close();
        new Disk(Disk.options(directory), "another").close();
        Path meta = directory.resolve("log/meta");
        Files.writeString(meta, "boot=b1\nsync=interval\nclean=false\nintact=true\n");
        assertTrue(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "b1", true).isIntact());
        assertFalse(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "b2", true).isIntact());
        assertFalse(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "", true).isIntact());
        Files.writeString(meta, "boot=b1\nsync=always\nclean=false\nintact=true\n");
        assertTrue(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "b2", true).isIntact());
        Files.writeString(meta, "boot=b1\nsync=interval\nclean=true\nintact=true\n");
        assertTrue(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "b2", true).isIntact());
        Files.writeString(meta, "");
        assertFalse(new LogMeta(meta.getParent(), SyncMode.INTERVAL, "b2", true).isIntact());
    }

    @Test
    void readsGoOverSegmentsSealedAndNew() {
        List<Long> all = range(1, 200);
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            for (long seq = 1; seq <= 200; seq++) {
                disk.append((int) (seq % 2), Disk.put(1, (seq + 1) / 2, "key" + seq, "value"));
            }
            assertEquals(range(1, 100), disk.seqs(0, 1));
            assertEquals(range(77, 100), disk.seqs(1, 77));
        }
        try (Disk disk = new Disk(smallSegments(), "boot")) {
            assertEquals(range(1, 100), disk.seqs(0, 1));
            disk.append(0, puts(101, 200));
            assertEquals(all, disk.seqs(0, 1));
            LogSlice.Entries part = assertInstanceOf(LogSlice.Entries.class, disk.read(0, 50, 1000));
            assertEquals(50, part.entries().get(0).seq());
            assertTrue(part.entries().size() > 5 && part.entries().size() < 20);
            assertEquals(200, part.lastSeq());
        }
    }

    @Test
    void aThousandPartitionsReadAtOnce() {
        StorageOptions options = smallSegments().withSegmentBytes(100_000);
        try (Disk disk = new Disk(options, "boot")) {
            for (long seq = 1; seq <= 5; seq++) {
                appendToAll(disk, seq);
            }
            List<Future<LogSlice>> reads = new ArrayList<>();
            for (int partition = 0; partition < 1024; partition++) {
                reads.add(disk.storage.log().read(disk.context, partition, 2, 1 << 20));
            }
            for (Future<LogSlice> read : reads) {
                LogSlice.Entries slice = assertInstanceOf(LogSlice.Entries.class, Disk.await(read));
                assertEquals(
                        range(2, 5), slice.entries().stream().map(LogEntry::seq).toList());
            }
        }
    }

    private static void appendToAll(Disk disk, long seq) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        disk.context.runOnContext(none -> {
            LogBatch batch = disk.storage.log().newBatch(disk.context, written -> done.complete(null));
            for (int partition = 0; partition < 1024; partition++) {
                batch.add(partition, Disk.put(1, seq, "key" + seq, "value of " + partition));
            }
            disk.storage.log().append(batch);
        });
        Disk.await(done);
    }

    @Test
    void segmentsGoWhenCheckpointedAndBeyondRetention() throws IOException {
        StorageOptions options = smallSegments().withRetention(6000, 0);
        try (Disk disk = new Disk(options, "boot")) {
            for (long seq = 1; seq <= 200; seq++) {
                disk.append(1, puts(seq, seq));
            }
            int before = segments().size();
            disk.checkpoint(PartitionChange.of(1, false, List.of(), Disk.at(1, 100)));
            CommitLog.Pin pin = disk.storage.log().pin(1, 110);
            disk.checkpoint(PartitionChange.of(1, false, List.of(), Disk.at(1, 200)));
            assertEquals(new LogSlice.Gone(first(disk)), disk.read(1, 1, 100));
            assertTrue(first(disk) <= 110, "pinned");
            assertTrue(segments().size() < before);
            pin.close();
            disk.checkpoint(PartitionChange.of(1, false, List.of(), Disk.at(1, 200)));
            assertTrue(first(disk) > 110, "released");
            assertTrue(disk.storage.log().bytes() >= 6000, "retained");
        }
        try (Disk disk = new Disk(options, "boot")) {
            assertEquals(List.of(), disk.seen.seqs(1));
            assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
            disk.append(1, puts(201, 201));
            assertEquals(range(200, 201), disk.seqs(1, 200));
        }
    }

    private static long first(Disk disk) {
        return assertInstanceOf(LogSlice.Gone.class, disk.read(1, 1, 100)).firstSeq();
    }

    @Test
    void aPinThatCostsTooMuchHoldsNothing() {
        StorageOptions options = smallSegments().withRetention(2000, 0).withPinBytes(3000);
        try (Disk disk = new Disk(options, "boot")) {
            disk.append(1, puts(1, 1));
            disk.storage.log().pin(1, 1);
            for (long seq = 2; seq <= 200; seq++) {
                disk.append(1, puts(seq, seq));
            }
            assertInstanceOf(LogSlice.Entries.class, disk.read(1, 1, 100));
            disk.checkpoint(PartitionChange.of(1, false, List.of(), Disk.at(1, 200)));
            assertInstanceOf(LogSlice.Gone.class, disk.read(1, 1, 100));
        }
    }

    @Test
    void youngSegmentsStayWhateverTheirSize() throws IOException {
        try (Disk disk = new Disk(smallSegments().withRetention(0, 120_000), "boot")) {
            for (long seq = 1; seq <= 100; seq++) {
                disk.append(1, puts(seq, seq));
            }
            disk.checkpoint(PartitionChange.of(1, false, List.of(), Disk.at(1, 100)));
            assertEquals(range(1, 100), disk.seqs(1, 1));
        }
        try (Disk disk = new Disk(smallSegments().withRetention(0, 120_000), "boot")) {
            assertEquals(100, disk.seen.old.get(1).size(), "for the table of operations");
            assertEquals(List.of(), disk.seen.seqs(1));
        }
    }

    @Test
    void batchesOfManyLoopsAreWrittenInEachLoopsOrder() {
        try (Disk disk = new Disk(smallSegments().withSegmentBytes(200_000), "boot")) {
            List<CompletableFuture<Void>> done = new ArrayList<>();
            for (int loop = 0; loop < 4; loop++) {
                CompletableFuture<Void> end = new CompletableFuture<>();
                done.add(end);
                int partition = loop;
                Context context = Disk.VERTX.getOrCreateContext();
                context.runOnContext(none -> new Appender(disk.storage.log(), context, partition, end).next());
            }
            done.forEach(Disk::await);
            for (int partition = 0; partition < 4; partition++) {
                assertEquals(range(1, 3000), disk.seqs(partition, 1));
            }
            assertEquals(0, disk.storage.log().queuedBytes());
        }
    }

    /** A loop that has two batches under way all the time. */
    private static final class Appender {
        private final CommitLog log;
        private final int partition;
        private final CompletableFuture<Void> end;
        private final List<LogBatch> free = new ArrayList<>();
        private long seq = 1;
        private long written;

        Appender(CommitLog log, Context context, int partition, CompletableFuture<Void> end) {
            this.log = log;
            this.partition = partition;
            this.end = end;
            for (int i = 0; i < 2; i++) {
                free.add(log.newBatch(context, batch -> {
                    for (int k = 0; k < batch.count(); k++) {
                        assertEquals(++written, batch.seq(k));
                        assertEquals(EntryKind.PUT, batch.kind(k));
                        assertEquals(1, batch.epoch(k));
                    }
                    context.runOnContext(none -> {
                        free.add(batch);
                        next();
                    });
                }));
            }
        }

        void next() {
            while (seq <= 3000 && !free.isEmpty()) {
                LogBatch batch = free.remove(0);
                for (int i = 0; i < 30; i++) {
                    batch.add(partition, Disk.put(1, seq, "key" + seq, "value"));
                    seq++;
                }
                assertTrue(log.isWritable());
                log.append(batch);
            }
            if (written == 3000) {
                end.complete(null);
            }
        }
    }

    @Test
    void takesNoMoreThanItsQueueHolds() {
        try (Disk disk = new Disk(Disk.options(directory).withQueueBytes(1), "boot")) {
            CompletableFuture<Boolean> full = new CompletableFuture<>();
            disk.context.runOnContext(none -> {
                LogBatch batch = disk.storage.log().newBatch(disk.context, written -> {});
                batch.add(1, Disk.put(1, 1, "a", "b".repeat(1 << 20)));
                assertTrue(disk.storage.log().isWritable());
                disk.storage.log().append(batch);
                full.complete(disk.storage.log().queuedBytes() == 0
                        || !disk.storage.log().isWritable());
            });
            assertTrue(Disk.await(full));
            disk.append(1, Disk.put(1, 2, "a", "b"));
            assertTrue(disk.storage.log().isWritable());
        }
    }

    @Test
    void everySyncModeWrites() {
        for (SyncMode mode : SyncMode.values()) {
            StorageOptions options =
                    Disk.options(directory.resolve(mode.toString())).withSync(mode);
            try (Disk disk = new Disk(options, "boot")) {
                disk.append(1, puts(1, 3));
            }
            try (Disk disk = new Disk(options, "boot")) {
                assertEquals(range(1, 3), disk.seen.seqs(1));
            }
        }
    }

    @Test
    void aHundredThousandEntriesAreWrittenAndReplayedInNoTime() {
        StorageOptions options = Disk.options(directory).withSegmentBytes(4 << 20);
        int batches = 100;
        try (Disk disk = new Disk(options, "boot")) {
            for (int i = 0; i < batches; i++) {
                appendToAll(disk, i + 1);
            }
        }
        try (Disk disk = new Disk(options, "boot")) {
            assertEquals(1024L * batches, disk.recovered.logEntries());
            assertEquals(range(1, batches), disk.seen.seqs(1023));
        }
    }
}
