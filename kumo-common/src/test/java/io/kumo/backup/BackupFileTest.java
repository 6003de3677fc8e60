package io.kumo.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.table.PartitionHash;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BackupFileTest {
    private static final int PARTITIONS = 4;
    private static final BackupHeader HEADER = new BackupHeader(
            "monday", 0x1234, "00112233445566ff", "00000000000000aa", PARTITIONS, 7, 1_700_000_000_000L);

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    /** A file in memory. */
    private static final class Memory implements BackupReader.Source {
        private final byte[] content;

        Memory(byte[] content) {
            this.content = content;
        }

        @Override
        public String name() {
            return "file";
        }

        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public ByteBuffer read(long offset, int count) {
            assertTrue(offset >= 0 && count >= 0 && offset + count <= content.length, "reads what is not there");
            return ByteBuffer.wrap(Arrays.copyOfRange(content, (int) offset, (int) offset + count));
        }
    }

    private static void write(ByteBuffer bytes, ByteArrayOutputStream out) {
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        out.writeBytes(content);
    }

    private static LogEntry entry(Random random, int partition, long seq, int maxValueBytes) {
        byte[] value = new byte[random.nextInt(maxValueBytes)];
        if (random.nextBoolean()) {
            random.nextBytes(value); // does not become smaller
        }
        Bytes key = Bytes.utf8("key" + random.nextInt(10_000));
        while (PartitionHash.partitionOf(key, PARTITIONS) != partition) {
            key = Bytes.utf8("key" + random.nextInt(10_000));
        }
        EntryKind kind = EntryKind.values()[random.nextInt(3)];
        return new LogEntry(
                kind,
                1 + random.nextInt(3),
                seq,
                0,
                0,
                0,
                0,
                kind == EntryKind.FLUSH ? Bytes.EMPTY : key,
                random.nextInt(),
                random.nextLong() >>> 1,
                Bytes.wrap(value),
                random.nextLong(),
                random.nextInt(64));
    }

    private static byte[] file(Random random, int entries, int maxValueBytes, Map<Integer, List<LogEntry>> written) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BackupWriter writer = new BackupWriter(HEADER, bytes -> write(bytes, out))) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (random.nextInt(4) == 0) {
                    continue;
                }
                List<LogEntry> all = new ArrayList<>();
                writer.begin(partition);
                for (int i = 0; i < entries; i++) {
                    LogEntry entry = entry(random, partition, i + 1, maxValueBytes);
                    writer.add(entry);
                    all.add(entry);
                }
                writer.end(BackupPoint.START, new BackupPoint(3, entries), BackupPiece.WHOLE);
                written.put(partition, all);
            }
            writer.finish();
            assertEquals(writer.position(), out.size());
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isReadAsItWasWritten(int seed) {
        Random random = new Random(seed);
        Map<Integer, List<LogEntry>> written = new HashMap<>();
        byte[] content = file(random, 40, seed % 5 == 0 ? 300_000 : 2_000, written);
        BackupReader reader = BackupReader.open(new Memory(content));
        assertEquals(HEADER, reader.header());
        Map<Integer, List<LogEntry>> read = new HashMap<>();
        for (BackupPiece piece : reader.pieces()) {
            List<LogEntry> all = new ArrayList<>();
            reader.entries(piece, all::add);
            read.put(piece.partition(), all);
            assertEquals(new BackupPoint(3, 40), piece.at());
            assertEquals(piece, BackupPiece.parse(piece.text()));
        }
        assertEquals(written, read);
        assertEquals(written.size() * 40L, reader.check());
    }

    private static void assertDamaged(byte[] content, String what) {
        KumoException found = assertThrows(
                KumoException.class,
                () -> BackupReader.open(new Memory(content)).check(),
                what);
        assertTrue(found.getMessage().contains("file"), found.getMessage());
    }

    @Test
    void everyFlippedByteIsFound() {
        byte[] content = file(new Random(3), 10, 100, new HashMap<>());
        Random random = new Random(4);
        for (int at = 0; at < content.length; at++) {
            byte before = content[at];
            content[at] ^= (byte) (1 + random.nextInt(255));
            assertDamaged(content, "byte " + at);
            content[at] = before;
        }
        BackupReader.open(new Memory(content)).check();
    }

    @Test
    void everyCutIsFoundAndEveryAddition() {
        byte[] content = file(new Random(5), 10, 100, new HashMap<>());
        for (int length = 0; length < content.length; length++) {
            assertDamaged(Arrays.copyOf(content, length), "cut to " + length);
        }
        assertDamaged(Arrays.copyOf(content, content.length + 1), "a byte more");
        byte[] twice = Arrays.copyOf(content, 2 * content.length);
        System.arraycopy(content, 0, twice, content.length, content.length);
        assertDamaged(twice, "the file twice");
    }

    @Test
    void aBlockOfAnotherFileIsFoundThoughItIsSound() {
        byte[] content = file(new Random(6), 10, 100, new HashMap<>());
        BackupReader reader = BackupReader.open(new Memory(content));
        byte[] swapped = content.clone();
        BackupPiece first = reader.pieces().get(0);
        BackupPiece second = reader.pieces().get(1);
        int length = (int) Math.min(first.storedBytes(), second.storedBytes());
        System.arraycopy(content, (int) second.offset(), swapped, (int) first.offset(), length);
        KumoException found = assertThrows(
                KumoException.class,
                () -> BackupReader.open(new Memory(swapped)).check());
        assertTrue(found.getMessage().contains("offset " + first.offset()), found.getMessage());
        assertTrue(found.getMessage().contains("partition " + first.partition()), found.getMessage());
    }

    @Test
    void aNewerFormatIsNamed() {
        byte[] content = file(new Random(7), 1, 10, new HashMap<>());
        content[9] = 2;
        KumoException refused = assertThrows(KumoException.class, () -> BackupReader.open(new Memory(content)));
        assertTrue(refused.getMessage().contains("format 2"), refused.getMessage());
    }

    @Test
    void whatWasAbandonedIsNotThere() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] content;
        try (BackupWriter writer = new BackupWriter(HEADER, bytes -> write(bytes, out))) {
            writer.begin(1);
            Random random = new Random(8);
            for (int i = 0; i < 1000; i++) {
                writer.add(entry(random, 1, i, 2_000));
            }
            byte[] kept = Arrays.copyOf(out.toByteArray(), (int) writer.abandon());
            out.reset();
            out.writeBytes(kept);
            writer.begin(1);
            writer.add(entry(random, 1, 5, 10));
            writer.end(BackupPoint.START, new BackupPoint(1, 5), BackupPiece.WHOLE);
            writer.finish();
            content = out.toByteArray();
        }
        assertEquals(1, BackupReader.open(new Memory(content)).check());
    }

    @Test
    void anythingElseIsRefused() {
        Random random = new Random(9);
        for (int i = 0; i < 2_000; i++) {
            byte[] content = new byte[random.nextInt(200)];
            random.nextBytes(content);
            if (random.nextBoolean()) {
                System.arraycopy(BackupFormat.MAGIC, 0, content, 0, Math.min(8, content.length));
            }
            assertDamaged(content, "seed 9, " + i);
        }
    }

    @Test
    void everyDamageOfAManifestIsFound() {
        BackupPiece piece =
                new BackupPiece(2, BackupPoint.START, new BackupPoint(4, 99), 5, 600, 40, 500, "ab", BackupPiece.WHOLE);
        BackupManifest manifest = new BackupManifest(
                HEADER,
                "sunday",
                List.of(
                        new BackupManifest.File("a.kumobackup", "00aa", 1000, "ff", List.of(piece)),
                        new BackupManifest.File("b.kumobackup", "00bb", 10, "ee", List.of())));
        Bytes encoded = manifest.encode();
        assertEquals(manifest, BackupManifest.decode("manifest", encoded));
        assertEquals(new BackupPoint(4, 99), manifest.point(2).orElseThrow());
        for (int at = 0; at < encoded.length(); at++) {
            byte[] flipped = encoded.toArray();
            flipped[at] ^= (byte) (1 + at % 127);
            assertThrows(KumoException.class, () -> BackupManifest.decode("manifest", Bytes.wrap(flipped)));
            Bytes cut = Bytes.copyOf(encoded.toArray(), 0, at);
            assertThrows(KumoException.class, () -> BackupManifest.decode("manifest", cut));
        }
    }
}
