package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.Outcome;
import io.kumo.protocol.BackupMessages.ReadRecords;
import io.kumo.protocol.BackupMessages.RecordsResult;
import io.kumo.protocol.LogEntry;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import java.util.function.BiConsumer;

/** Reads all records of a cluster from the primaries, partition by partition, page by page, while writes go on. */
final class ClusterScan {
    private static final int PAGE_BYTES = 1 << 20;
    private static final long PATIENCE_NS = 60_000_000_000L;
    private static final long PAUSE_MS = 200;

    private final ManagerClient client;
    private ClusterTable table;
    private long unreadable;

    ClusterScan(ManagerClient client) {
        this.client = client;
        this.table = client.table();
    }

    /** Records that were damaged, and left out. */
    long unreadable() {
        return unreadable;
    }

    /** Every record, with its partition; expired ones are left out. */
    void each(BiConsumer<Integer, LogEntry> action) {
        for (int partition = 0; partition < table.partitionCount(); partition++) {
            Bytes after = Bytes.EMPTY;
            do {
                RecordsResult page = page(partition, after, PAGE_BYTES);
                long nowMs = System.currentTimeMillis();
                for (LogEntry record : page.records()) {
                    if (!record.isExpired(nowMs)) {
                        action.accept(partition, record);
                    }
                }
                unreadable += page.unreadable();
                after = page.lastKey();
            } while (!after.isEmpty());
        }
    }

    /** Whether there is no record that is not expired. */
    boolean isEmpty() {
        long nowMs = System.currentTimeMillis();
        for (int partition = 0; partition < table.partitionCount(); partition++) {
            Bytes after = Bytes.EMPTY;
            do {
                RecordsResult page = page(partition, after, 1);
                if (page.unreadable() > 0 || page.records().stream().anyMatch(record -> !record.isExpired(nowMs))) {
                    return false;
                }
                after = page.lastKey();
            } while (!after.isEmpty());
        }
        return true;
    }

    private RecordsResult page(int partition, Bytes after, int maxBytes) {
        long untilNs = System.nanoTime() + PATIENCE_NS;
        while (true) {
            try {
                ServerInfo primary = table.partition(partition)
                        .primary()
                        .flatMap(table::server)
                        .orElseThrow(() -> new KumoException(
                                ErrorCode.NO_PRIMARY, "partition " + partition + " has no live copy"));
                return client.ask(primary.address(), new ReadRecords(partition, after, maxBytes));
            } catch (KumoException e) {
                boolean again =
                        e.code().outcome() == Outcome.NOT_DONE || e.code().outcome() == Outcome.UNKNOWN;
                if (!again || System.nanoTime() - untilNs > 0 || !Pause.ms(PAUSE_MS)) {
                    throw e;
                }
                table = client.table();
            }
        }
    }
}
