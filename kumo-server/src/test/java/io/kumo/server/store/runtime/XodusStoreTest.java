package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.CheckpointMark;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.ScanPage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class XodusStoreTest {
    @TempDir
    Path directory;

    private final List<CheckpointMark> marks = new ArrayList<>();

    static IntStream seeds() {
        return IntStream.range(0, 5);
    }

    private RecordStore open() {
        return new XodusStore(directory, 8 << 20, marks::addAll);
    }

    /** The same steps on Xodus, in memory, and on a map. */
    @ParameterizedTest
    @MethodSource("seeds")
    void doesWhatAMapDoes(int seed) {
        Random random = new Random(seed);
        List<NavigableMap<Bytes, LogEntry>> model = List.of(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        RecordStore memory = new MemoryStore();
        RecordStore store = open();
        long seq = 0;
        for (int round = 0; round < 40; round++) {
            List<PartitionChange> changes = new ArrayList<>();
            for (int partition = 0; partition < 3; partition++) {
                if (random.nextInt(3) == 0) {
                    continue;
                }
                boolean clear = random.nextInt(10) == 0;
                if (clear) {
                    model.get(partition).clear();
                }
                NavigableMap<Bytes, LogEntry> batch = new TreeMap<>();
                for (int i = random.nextInt(30); i > 0; i--) {
                    byte[] key = new byte[1 + random.nextInt(2)];
                    random.nextBytes(key);
                    seq++;
                    LogEntry put = Disk.put(1, seq, "", "v" + seq);
                    LogEntry entry = random.nextInt(3) == 0
                            ? LogEntry.internal(EntryKind.DELETE, 1, seq, Bytes.wrap(key), Bytes.EMPTY)
                            : new LogEntry(put.kind(), 1, seq, 0, 0, 0, 0, Bytes.wrap(key), 3, 9, put.value(), seq, 0);
                    batch.put(entry.key(), entry);
                    if (entry.isRecord()) {
                        model.get(partition).put(entry.key(), entry);
                    } else {
                        model.get(partition).remove(entry.key());
                    }
                }
                changes.add(PartitionChange.of(partition, clear, List.copyOf(batch.values()), Disk.at(1, seq)));
            }
            store.apply(changes);
            memory.apply(changes);
            if (round % 13 == 12) {
                store.close();
                store = open();
            }
            for (int partition = 0; partition < 3; partition++) {
                assertSame(model.get(partition), store, partition, random);
                assertSame(model.get(partition), memory, partition, random);
            }
        }
        store.close();
    }

    private static void assertSame(
            NavigableMap<Bytes, LogEntry> model, RecordStore store, int partition, Random random) {
        assertEquals(model.size(), store.count(partition));
        assertEquals("", store.verify(partition));
        List<LogEntry> scanned = new ArrayList<>();
        Bytes after = Bytes.EMPTY;
        ScanPage page;
        do {
            page = store.scan(partition, after, 1 + random.nextInt(2000));
            scanned.addAll(page.records());
            after = scanned.isEmpty()
                    ? Bytes.EMPTY
                    : scanned.get(scanned.size() - 1).key();
        } while (!page.isLast());
        assertEquals(List.copyOf(model.values()), scanned);
        for (LogEntry entry : model.values()) {
            assertEquals(entry, store.get(partition, entry.key()));
        }
        assertNull(store.get(partition, Bytes.utf8("absent")));
    }

    @Test
    void stateCountAndRecordsChangeTogetherOrNotAtAll() {
        RecordStore store = open();
        store.apply(List.of(PartitionChange.of(1, false, List.of(Disk.put(1, 1, "a", "1")), Disk.at(1, 1))));
        assertEquals(List.of(new CheckpointMark(1, 1, 1, 1)), marks);
        store.close();
        RecordStore failing = new XodusStore(directory, 8 << 20, next -> {
            throw new KumoException(ErrorCode.DISK_FULL);
        });
        PartitionChange change = PartitionChange.of(1, true, List.of(Disk.put(1, 2, "b", "2")), Disk.at(1, 2));
        assertThrows(KumoException.class, () -> failing.apply(List.of(change)));
        assertEquals(Disk.at(1, 1), failing.state(1));
        assertEquals(1, failing.count(1));
        assertNotNull(failing.get(1, Bytes.utf8("a")));
        assertNull(failing.get(1, Bytes.utf8("b")));
        failing.close();
    }

    @Test
    void partOfAChangeLeavesTheStateWhereItWas() {
        RecordStore store = open();
        store.apply(List.of(PartitionChange.of(1, false, List.of(Disk.put(1, 1, "a", "1")), Disk.at(1, 1))));
        store.apply(List.of(PartitionChange.part(1, false, List.of(Disk.put(1, 2, "b", "1")))));
        assertEquals(Disk.at(1, 1), store.state(1));
        assertEquals(2, store.count(1));
        assertEquals(new CheckpointMark(1, 1, 1, 2), marks.get(1));
        store.apply(List.of(PartitionChange.drop(1)));
        assertEquals(PartitionState.EMPTY, store.state(1));
        assertEquals(0, store.count(1));
        assertEquals(List.of(), List.copyOf(store.partitions()));
        store.apply(List.of(PartitionChange.of(1, false, List.of(Disk.put(2, 1, "z", "1")), Disk.at(2, 1))));
        assertEquals(1, store.count(1));
        store.close();
    }

    @Test
    void aFlippedByteInARecordIsSeenByEveryReader() throws IOException {
        RecordStore store = open();
        String value = "a value that is easy to find in a file";
        store.apply(List.of(PartitionChange.of(1, false, List.of(Disk.put(1, 1, "a", value)), Disk.at(1, 1))));
        store.close();
        flip(value);
        RecordStore again = open();
        assertCorrupt(() -> again.get(1, Bytes.utf8("a")));
        ScanPage page = again.scan(1, Bytes.EMPTY, 1000);
        assertEquals(List.of(Bytes.utf8("a")), page.damaged());
        assertTrue(again.verify(1).contains("checksum"), again.verify(1));
        again.close();
    }

    private static void assertCorrupt(Executable read) {
        assertEquals(ErrorCode.CORRUPT, assertThrows(KumoException.class, read).code());
    }

    private void flip(String value) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            for (Path path : all.filter(file -> file.toString().endsWith(".xd")).toList()) {
                byte[] content = Files.readAllBytes(path);
                int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(value);
                if (at >= 0) {
                    content[at + 3] ^= 1;
                    Files.write(path, content);
                    return;
                }
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void readersSeeAClearAsAWhole() throws InterruptedException {
        RecordStore store = open();
        List<LogEntry> records = IntStream.range(0, 200)
                .mapToObj(i -> Disk.put(1, i + 1, String.format(Locale.ROOT, "k%03d", i), "v"))
                .toList();
        store.apply(List.of(PartitionChange.of(1, false, records, Disk.at(1, 200))));
        List<Throwable> wrong = new ArrayList<>();
        Thread reader = new Thread(() -> {
            try {
                for (int i = 0; i < 3000; i++) {
                    assertNotNull(store.get(1, Bytes.utf8(String.format(Locale.ROOT, "k%03d", i % 200))));
                    if (i % 100 == 0) {
                        assertEquals(
                                200,
                                store.scan(1, Bytes.EMPTY, 1 << 20).records().size());
                    }
                }
            } catch (Throwable e) {
                wrong.add(e);
            }
        });
        reader.start();
        for (int i = 0; i < 100; i++) {
            store.apply(List.of(new PartitionChange(1, true, records, Optional.of(Disk.at(1, 200 + i)), false)));
        }
        reader.join(20_000);
        assertEquals(List.of(), wrong);
        store.close();
    }

    @Test
    void aLockedStoreIsOneClearError() {
        RecordStore store = open();
        KumoException seen = assertThrows(KumoException.class, this::open);
        assertEquals(ErrorCode.STORE_FAILED, seen.code());
        store.close();
    }
}
