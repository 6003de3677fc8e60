package io.kumo.server.store;

import io.kumo.base.Check;
import io.kumo.protocol.LogEntry;
import java.util.List;
import java.util.Optional;

/**
 * What one checkpoint changes in one partition, in this order: everything is deleted if {@code clear}, the records are
 * put or deleted, the state is replaced.
 *
 * @param clear every record goes first (FLUSH, COPY_BEGIN, DROP)
 * @param records strictly ascending by key; a PUT or COPY_PUT is stored, a DELETE is a real delete. The list is used as
 *     it is, so that a large checkpoint costs no copy: it must not change any more
 * @param state how far the partition is after this change; absent: as before (a partition's changes may come in several
 *     transactions; only the last one moves the state)
 * @param drop the partition is gone, with its state
 */
public record PartitionChange(
        int partition, boolean clear, List<LogEntry> records, Optional<PartitionState> state, boolean drop) {
    public PartitionChange {
        Check.argument(partition >= 0, "partition %d", partition);
        Check.argument(!drop || (records.isEmpty() && state.isEmpty()), "partition %d: dropped and written", partition);
    }

    /** Records and the state that they lead to. */
    public static PartitionChange of(int partition, boolean clear, List<LogEntry> records, PartitionState state) {
        return new PartitionChange(partition, clear, records, Optional.of(state), false);
    }

    /** Part of a change that is too large for one transaction; the state follows with the last part. */
    public static PartitionChange part(int partition, boolean clear, List<LogEntry> records) {
        return new PartitionChange(partition, clear, records, Optional.empty(), false);
    }

    /** The partition, its records and its state, goes. */
    public static PartitionChange drop(int partition) {
        return new PartitionChange(partition, true, List.of(), Optional.empty(), true);
    }
}
