package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import java.util.List;

/**
 * What goes from a partition's memtable into the store, in one transaction with its position.
 *
 * @param wipe all records of the partition in the store go first
 * @param epoch of the entry at {@code seq}; of the primary that sent the last whole copy, if that is higher
 * @param seq after this checkpoint the store has all entries up to here
 * @param complete false in the middle of a copy; to be kept beside the position
 * @param state to be kept beside the position, opaque
 * @param records PUT and COPY_PUT to be put, DELETE to be deleted; in no order
 */
public record Checkpoint(
        int partition, boolean wipe, long epoch, long seq, boolean complete, Bytes state, List<LogEntry> records) {
    /** What the records take in memory. */
    public long footprintBytes() {
        long bytes = 0;
        for (LogEntry record : records) {
            bytes += record.footprintBytes();
        }
        return bytes;
    }
}
