package io.kumo.server.store;

import io.kumo.protocol.LogEntry;

/**
 * Told at start what the store has, by the thread that recovers, in this order: every partition once, then the entries.
 * Entries of one partition come in the order of the log; those of different partitions are mixed.
 */
public interface RecoveryVisitor {
    /** The records of the partition fit: they are at {@code state}. Entries after it follow. */
    void onPartition(int partition, PartitionState state, long recordCount);

    /**
     * The partition can't be used and must be copied anew; none of its entries follows. May also come between entries,
     * when damage is found on the way: what was told of the partition before is void.
     *
     * @param reason one line for the operator: what does not fit, and in which file
     */
    void onDamaged(int partition, String reason);

    /**
     * An entry that the records have already, from the time in which its operation may be repeated: for the table of
     * operations that were seen. PUT, DELETE, FLUSH, and the COPY_END of a copy that is in the records.
     */
    void onOldEntry(int partition, LogEntry entry);

    /**
     * An entry that the records do not have yet: PUT, DELETE and FLUSH with dense seqs after the state's, or a whole
     * copy (COPY_BEGIN, COPY_PUT..., COPY_END; only COPY_BEGIN if it was never completed), or DROP. What was undone by
     * TRUNCATE never comes, and neither does TRUNCATE.
     */
    void onEntry(int partition, LogEntry entry);
}
