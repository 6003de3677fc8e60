package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecoveryVisitor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What log and store cost, in CPU of the whole process for each entry. Not a test. Run it with
 *
 * <pre>
 * java -Xmx1g --add-opens java.base/sun.nio.ch=ALL-UNNAMED -cp CLASSES io.kumo.server.store.runtime.StoreBench \
 *     DIRECTORY [entries] [value bytes] [entries to a batch]
 * </pre>
 */
final class StoreBench {
    private static final int PARTITIONS = 1024;
    private static final int CHECKPOINT = 10_000;

    private final Disk disk;
    private final Path directory;
    private final int entries;
    private final Bytes value;
    private final int batchEntries;
    private final long[] seqs = new long[PARTITIONS];

    private StoreBench(Path directory, int entries, int valueBytes, int batchEntries) {
        this.directory = directory;
        this.entries = entries;
        this.batchEntries = batchEntries;
        byte[] content = new byte[valueBytes];
        new Random(1).nextBytes(content);
        value = Bytes.wrap(content);
        disk = new Disk(options(), "boot");
    }

    private StorageOptions options() {
        return StorageOptions.defaults(directory, failure -> {
            throw new AssertionError(failure);
        });
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "bench");
        int entries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200_000;
        int valueBytes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1000;
        int batchEntries = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 32;
        StoreBench bench = new StoreBench(directory, entries, valueBytes, batchEntries);
        for (int round = 0; round < 3; round++) {
            bench.append();
        }
        bench.catchUp();
        bench.checkpoint("first puts");
        bench.checkpoint("overwrites");
        bench.get();
        bench.get();
        bench.restart();
        Disk.await(Disk.VERTX.close());
    }

    private void report(String what, long count, Runnable action) {
        com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        action.run();
        System.out.printf(
                Locale.ROOT,
                "%-12s %8.2f us of CPU, %8.2f us of time each%n",
                what,
                (system.getProcessCpuTime() - cpu) / 1e3 / count,
                (System.nanoTime() - start) / 1e3 / count);
    }

    private LogEntry entry(int id, long seq) {
        return new LogEntry(EntryKind.PUT, 1, seq, 7, seq, 1, 1, key(id), 0, 0, value, seq, 0);
    }

    private static Bytes key(int id) {
        return Bytes.utf8(String.format(Locale.ROOT, "key-%08x-%d", id * 0x9E3779B1, id));
    }

    private static int partition(int id) {
        return (int) ((id * 0x9E3779B97F4A7C15L) >>> 54);
    }

    /** Two batches under way all the time, as an event loop has them. */
    private void append() {
        List<LogEntry> made = new ArrayList<>();
        for (int id = 0; id < entries; id++) {
            made.add(entry(id, ++seqs[partition(id)]));
        }
        report("append", entries, () -> {
            CompletableFuture<Void> end = new CompletableFuture<>();
            disk.context.runOnContext(none -> {
                Appender appender = new Appender(disk.context, made, end);
                appender.next(disk.storage.log().newBatch(disk.context, appender::next));
                appender.next(disk.storage.log().newBatch(disk.context, appender::next));
            });
            Disk.await(end);
        });
    }

    private final class Appender {
        private final Context context;
        private final List<LogEntry> made;
        private final CompletableFuture<Void> end;
        private int at;
        private int written;

        Appender(Context context, List<LogEntry> made, CompletableFuture<Void> end) {
            this.context = context;
            this.made = made;
            this.end = end;
        }

        void next(LogBatch batch) {
            written += batch.count();
            context.runOnContext(none -> {
                for (int i = 0; i < batchEntries && at < made.size(); i++, at++) {
                    batch.add(partition(at), made.get(at));
                }
                if (!batch.isEmpty()) {
                    disk.storage.log().append(batch);
                } else if (written == made.size()) {
                    end.complete(null);
                }
            });
        }
    }

    private void catchUp() {
        report("catch-up", 3L * entries, () -> {
            long[] next = new long[PARTITIONS];
            Arrays.fill(next, 1);
            boolean isMore = true;
            while (isMore) {
                isMore = false;
                Map<Integer, Future<LogSlice>> reads = new HashMap<>();
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    if (next[partition] <= seqs[partition]) {
                        reads.put(
                                partition,
                                disk.storage.log().read(disk.context, partition, next[partition], 256 << 10));
                    }
                }
                for (Map.Entry<Integer, Future<LogSlice>> read : reads.entrySet()) {
                    LogSlice.Entries slice = (LogSlice.Entries) Disk.await(read.getValue());
                    next[read.getKey()] += slice.entries().size();
                    isMore = true;
                }
            }
        });
    }

    private void checkpoint(String what) {
        report(what, entries, () -> {
            for (int from = 0; from < entries; from += CHECKPOINT) {
                Map<Integer, TreeMap<Bytes, LogEntry>> sorted = new TreeMap<>();
                for (int id = from; id < Math.min(entries, from + CHECKPOINT); id++) {
                    sorted.computeIfAbsent(partition(id), none -> new TreeMap<>())
                            .put(key(id), entry(id, 1));
                }
                List<PartitionChange> changes = new ArrayList<>();
                sorted.forEach((partition, records) -> changes.add(PartitionChange.of(
                        partition, false, List.copyOf(records.values()), Disk.at(1, seqs[partition]))));
                Disk.await(disk.storage.records().checkpoint(disk.context, changes));
            }
        });
    }

    private void get() {
        Random random = new Random(3);
        int count = Math.min(entries, 100_000);
        report("get", count, () -> {
            for (int from = 0; from < count; from += 10) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                LookupBatch batch = new LookupBatch(disk.context, answered -> done.complete(null));
                for (int i = 0; i < 10; i++) {
                    int id = random.nextInt(entries);
                    batch.add(partition(id), key(id));
                }
                disk.storage.records().lookUp(batch);
                Disk.await(done);
            }
        });
    }

    private void restart() {
        append();
        report("close", 1, disk::close);
        DiskStorage again = DiskStorage.open(options(), "boot");
        report("recover", 4L * entries, () -> System.out.println(again.recover(new Forgetful())));
        again.close();
    }

    /** Does nothing with what it is told. */
    private static final class Forgetful implements RecoveryVisitor {
        @Override
        public void onPartition(int partition, PartitionState state, long recordCount) {}

        @Override
        public void onDamaged(int partition, String reason) {}

        @Override
        public void onOldEntry(int partition, LogEntry entry) {}

        @Override
        public void onEntry(int partition, LogEntry entry) {}
    }
}
