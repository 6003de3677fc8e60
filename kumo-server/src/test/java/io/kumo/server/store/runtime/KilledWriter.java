package io.kumo.server.store.runtime;

import io.kumo.protocol.LogEntry;
import io.kumo.server.store.PartitionChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that writes until it is killed: prints a line for each seq that all partitions have in the log. */
final class KilledWriter {
    static final int PARTITIONS = 4;

    private KilledWriter() {}

    public static void main(String[] arguments) throws IOException {
        StorageOptions options = options(Path.of(arguments[0]));
        try (Disk disk = new Disk(options, "boot")) {
            long seq =
                    disk.seen.seqs(0).stream().mapToLong(Long::longValue).max().orElse(start(disk));
            while (true) {
                seq++;
                LogEntry entry = Disk.put(1, seq, "key" + seq % 50, "value" + seq);
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    disk.append(partition, entry);
                }
                System.out.println(seq);
                if (seq % 100 == 0) {
                    checkpoint(disk, seq);
                }
            }
        }
    }

    static StorageOptions options(Path directory) {
        return Disk.options(directory).withSegmentBytes(20_000).withRetention(100_000, 0);
    }

    private static long start(Disk disk) {
        return disk.seen.states.containsKey(0) ? disk.seen.states.get(0).seq() : 0;
    }

    private static void checkpoint(Disk disk, long seq) {
        List<LogEntry> newest = new ArrayList<>();
        for (long back = 0; back < 50; back++) {
            newest.add(Disk.put(1, seq - back, "key" + (seq - back) % 50, "value" + (seq - back)));
        }
        newest.sort((a, b) -> a.key().compareTo(b.key()));
        PartitionChange[] changes = new PartitionChange[PARTITIONS];
        for (int partition = 0; partition < PARTITIONS; partition++) {
            changes[partition] = PartitionChange.of(partition, false, newest, Disk.at(1, seq));
        }
        disk.checkpoint(changes);
    }
}
