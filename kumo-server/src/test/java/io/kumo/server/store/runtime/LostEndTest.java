package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.SyncMode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Starts with a log, marks and records of different moments, as a kill or a power cut may leave them, and as they may
 * not: then something that was acknowledged is lost, and the start has to notice.
 */
final class LostEndTest {
    /** What was there when the first checkpoint was done, when the second began and was done, and at the end. */
    private enum Moment {
        FIRST(10),
        BEGUN(20),
        SECOND(20),
        END(25);

        private final long logSeq;

        Moment(long logSeq) {
            this.logSeq = logSeq;
        }

        long storeSeq() {
            return this == SECOND || this == END ? 20 : 10;
        }
    }

    /** What the disk has of each. */
    private record Left(SyncMode sync, Moment log, Moment marks, Moment data) {
        long lastSeq() {
            return Math.max(log.logSeq, data.storeSeq());
        }
    }

    @TempDir
    private static Path written;

    @TempDir
    Path root;

    private int copies;

    private static Path snapshot(SyncMode sync, Moment moment) {
        return written.resolve(sync + "-" + moment);
    }

    @BeforeAll
    static void write() throws IOException {
        for (SyncMode sync : SyncMode.values()) {
            Path directory = written.resolve(sync.toString());
            try (Disk disk = open(directory, sync, "b1")) {
                disk.append(1, puts(1, 10));
                checkpoint(disk, 1, 10);
                Disk.copy(directory, snapshot(sync, Moment.FIRST));
                disk.append(1, puts(11, 20));
                Disk.copy(directory, snapshot(sync, Moment.BEGUN));
                checkpoint(disk, 11, 20);
                Disk.copy(directory, snapshot(sync, Moment.SECOND));
                disk.append(1, puts(21, 25));
                Disk.copy(directory, snapshot(sync, Moment.END));
            }
        }
    }

    private static Disk open(Path directory, SyncMode sync, String boot) {
        return new Disk(Disk.options(directory).withSync(sync), boot);
    }

    private static List<LogEntry> puts(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(seq -> Disk.put(1, seq, "key" + (1000 + seq), "value" + seq))
                .toList();
    }

    private static void checkpoint(Disk disk, long from, long to) {
        disk.checkpoint(PartitionChange.of(1, false, puts(from, to), Disk.at(1, to)));
    }

    private Path left(Left left) throws IOException {
        Path directory = copy(snapshot(left.sync, left.log));
        Path marks = directory.resolve("log/marks");
        Files.copy(snapshot(left.sync, left.marks).resolve("log/marks"), marks, StandardCopyOption.REPLACE_EXISTING);
        deleteData(directory);
        Disk.copy(snapshot(left.sync, left.data).resolve("data"), directory.resolve("data"));
        return directory;
    }

    private Path copy(Path directory) throws IOException {
        Path copy = root.resolve("copy" + ++copies);
        Disk.copy(directory, copy);
        return copy;
    }

    private static void deleteData(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("data"))) {
            for (Path path : all.toList()) {
                Files.delete(path);
            }
        }
    }

    /** Begins with {@code from}: everything is there, in the records or to be replayed. */
    private static void assertWhole(Disk disk, long lastSeq) {
        assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
        long storeSeq = disk.seen.states.get(1).seq();
        assertEquals(storeSeq, disk.seen.counts.get(1));
        assertEquals(LongStream.rangeClosed(storeSeq + 1, lastSeq).boxed().toList(), disk.seen.seqs(1));
    }

    /** Starts, is settled with the managers, takes an entry, is killed, starts again. */
    private void assertReadable(Path directory, SyncMode sync, String boot, long lastSeq) throws IOException {
        Path killed;
        try (Disk disk = open(directory, sync, boot)) {
            assertWhole(disk, lastSeq);
            killed = copy(directory);
        }
        try (Disk disk = open(killed, sync, boot)) {
            assertWhole(disk, lastSeq);
            disk.storage.settled();
            disk.append(1, puts(lastSeq + 1, lastSeq + 1));
            killed = copy(killed);
        }
        try (Disk disk = open(killed, sync, boot)) {
            assertTrue(disk.recovered.intact());
            assertWhole(disk, lastSeq + 1);
        }
    }

    static Stream<Left> afterAPowerCut() {
        List<Left> all = new ArrayList<>();
        for (SyncMode sync : SyncMode.values()) {
            for (Moment log : List.of(Moment.FIRST, Moment.BEGUN, Moment.END)) {
                for (Moment marks : List.of(Moment.FIRST, Moment.SECOND)) {
                    for (Moment data : List.of(Moment.FIRST, Moment.SECOND)) {
                        all.add(new Left(sync, log, marks, data));
                    }
                }
            }
        }
        return all.stream().filter(LostEndTest::isPossible);
    }

    private static boolean isPossible(Left left) {
        boolean hasSecond = left.marks == Moment.SECOND || left.data == Moment.SECOND;
        return switch (left.sync) {
            case ALWAYS -> left.log == Moment.END; // each entry was synced before it counted
            case INTERVAL -> left.log != Moment.FIRST || !hasSecond; // the log was synced before the marks were written
            case NEVER -> true;
        };
    }

    @ParameterizedTest
    @MethodSource
    void afterAPowerCut(Left left) throws IOException {
        assertReadable(left(left), left.sync, "b2", left.lastSeq());
    }

    @Test
    void aPowerCutMayTakeAllThatWasNeverSynced() throws IOException {
        Path directory = copy(snapshot(SyncMode.NEVER, Moment.END));
        deleteData(directory);
        truncate(directory.resolve("log/0000000000000001.log"), SegmentFile.HEADER_BYTES);
        for (int i = 0; i < 2; i++) {
            try (Disk disk = open(directory, SyncMode.NEVER, "b2")) {
                assertEquals(i > 0, disk.recovered.intact());
                assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
                disk.storage.settled();
            }
        }
    }

    /** The kernel has all that was written, in the order in which it was written. */
    static Stream<Left> afterAKill() {
        return Stream.of(SyncMode.values())
                .flatMap(sync -> Stream.of(
                        new Left(sync, Moment.BEGUN, Moment.FIRST, Moment.FIRST),
                        new Left(sync, Moment.BEGUN, Moment.SECOND, Moment.FIRST), // before the records were committed
                        new Left(sync, Moment.END, Moment.SECOND, Moment.SECOND)));
    }

    @ParameterizedTest
    @MethodSource
    void afterAKill(Left left) throws IOException {
        Path directory = left(left);
        assertReadable(directory, left.sync, "b1", left.lastSeq());
    }

    private static void assertMissed(Path directory, SyncMode sync, String boot) {
        for (int i = 0; i < 2; i++) {
            try (Disk disk = open(directory, sync, boot)) {
                assertTrue(disk.seen.damaged.containsKey(1), "copied anew");
                assertFalse(disk.seen.states.containsKey(1));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordsAndLogWithoutTheirEndsAreMissed(SyncMode sync) throws IOException {
        assertMissed(left(new Left(sync, Moment.FIRST, Moment.SECOND, Moment.FIRST)), sync, "b1");
    }

    @Test
    void alsoAfterAPowerCutThatCanNotHaveTakenThem() throws IOException {
        for (SyncMode sync : List.of(SyncMode.ALWAYS, SyncMode.INTERVAL)) {
            assertMissed(left(new Left(sync, Moment.FIRST, Moment.SECOND, Moment.FIRST)), sync, "b2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void recordsThatAreGoneAndALogThatIsTooShortAreMissedAfterTheFirstCheckpoint(SyncMode sync) throws IOException {
        Path directory = copy(snapshot(sync, Moment.FIRST));
        deleteData(directory);
        Path log = directory.resolve("log/0000000000000001.log");
        truncate(log, Files.size(log) / 2);
        assertMissed(directory, sync, "b1");
    }

    /** The note that the partition is damaged was not synced; the marks were. */
    @Test
    void aDamageWhoseNoteIsLostIsFoundAgain() throws IOException {
        Path directory = left(new Left(SyncMode.INTERVAL, Moment.FIRST, Moment.SECOND, Moment.FIRST));
        Path noted = copy(directory);
        assertMissed(noted, SyncMode.INTERVAL, "b1");
        deleteData(noted);
        Disk.copy(directory.resolve("data"), noted.resolve("data"));
        assertMissed(noted, SyncMode.INTERVAL, "b1");
    }

    /** Epochs go before seqs: the records may be further in a history that was given up. */
    @Test
    void recordsOfAnOlderHistoryAreMissedHoweverFarTheyAre() throws IOException {
        Path directory = root.resolve("histories");
        Path older = root.resolve("older");
        try (Disk disk = open(directory, SyncMode.INTERVAL, "b1")) {
            disk.append(1, puts(1, 10));
            checkpoint(disk, 1, 10);
            Disk.copy(directory.resolve("data"), older);
            disk.checkpoint(PartitionChange.of(1, true, List.of(), Disk.at(2, 5)));
        }
        deleteData(directory);
        Disk.copy(older, directory.resolve("data"));
        assertMissed(directory, SyncMode.INTERVAL, "b1");
    }

    /** The next entry leaves a gap in the log, so that nobody is fed from before it. */
    @ParameterizedTest
    @EnumSource
    void recordsGoOnWhereTheLogIsShorterThanThey(SyncMode sync) throws IOException {
        Path directory = left(new Left(sync, Moment.FIRST, Moment.SECOND, Moment.SECOND));
        assertReadable(directory, sync, "b1", 20);
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    @Test
    void recordsThatCanNotBeOpenedAreNamedAndWhatToDo() throws IOException {
        Path directory = copy(written.resolve(SyncMode.INTERVAL.toString()));
        Path file = directory.resolve("data/00000000000.xd");
        Files.write(file, new byte[(int) Files.size(file)]);
        KumoException seen = assertThrows(KumoException.class, () -> open(directory, SyncMode.INTERVAL, "b1"));
        assertTrue(String.valueOf(seen.getMessage()).contains("move it away"), seen::getMessage);
        deleteData(directory);
        try (Disk disk = open(directory, SyncMode.INTERVAL, "b1")) {
            assertWhole(disk, 25);
        }
    }

    /** Nothing was being written: what is not there was acknowledged. */
    @ParameterizedTest
    @EnumSource
    void aLogThatLostItsEndAfterACleanStopIsNotIntactUntilTheManagersKnow(SyncMode sync) throws IOException {
        Path directory = written.resolve(sync.toString());
        long tail = Files.size(directory.resolve("log/0000000000000001.log"));
        long head = Files.size(snapshot(sync, Moment.SECOND).resolve("log/0000000000000001.log"));
        for (long bytes : List.of(tail - 1, tail - 30, head, head - 1)) {
            Path torn = copy(directory);
            truncate(torn.resolve("log/0000000000000001.log"), bytes);
            for (int i = 0; i < 2; i++) {
                try (Disk disk = open(torn, sync, "b1")) {
                    assertFalse(disk.recovered.intact(), "cut at " + bytes);
                    assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
                }
            }
            try (Disk disk = open(torn, sync, "b1")) {
                disk.storage.settled();
            }
            try (Disk disk = open(torn, sync, "b1")) {
                assertTrue(disk.recovered.intact());
            }
        }
        try (Disk disk = open(copy(directory), sync, "b2")) {
            assertTrue(disk.recovered.intact());
            assertWhole(disk, 25);
        }
    }

    @Test
    void aLogThatIsGoneIsNotIntact() throws IOException {
        Path directory = written.resolve(SyncMode.INTERVAL.toString());
        for (boolean isAll : new boolean[] {false, true}) {
            Path gone = copy(directory);
            try (Stream<Path> files = Files.list(gone.resolve("log"))) {
                for (Path file : files.toList()) {
                    if (isAll || file.toString().endsWith(SegmentFile.SUFFIX)) {
                        Files.delete(file);
                    }
                }
            }
            try (Disk disk = open(gone, SyncMode.INTERVAL, "b1")) {
                assertFalse(disk.recovered.intact());
            }
        }
    }

    /** Wherever Xodus's files end, nothing acknowledged is missing without a word. */
    @Test
    void recordsCutAnywhereAreReplayedOrMissed() throws IOException {
        StorageOptions small = Disk.options(root.resolve("small")).withSegmentBytes(1000);
        try (Disk disk = new Disk(small, "b1")) {
            for (long seq = 1; seq <= 100; seq += 10) {
                disk.append(1, puts(seq, seq + 9));
                checkpoint(disk, seq, seq + 9);
            }
        }
        Path file = root.resolve("small/data/00000000000.xd");
        int missed = 0;
        for (int part = 0; part < 12; part++) {
            Path cut = copy(root.resolve("small"));
            truncate(cut.resolve("data/00000000000.xd"), Files.size(file) * part / 12);
            try (Disk disk = new Disk(Disk.options(cut).withSegmentBytes(1000), "b1")) {
                missed += disk.seen.damaged.size();
                if (disk.seen.damaged.isEmpty()) {
                    assertWhole(disk, 100);
                }
            }
        }
        assertTrue(missed > 0 && missed < 12, missed + " of 12");
    }
}
