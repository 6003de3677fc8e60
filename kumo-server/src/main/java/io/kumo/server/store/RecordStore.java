package io.kumo.server.store;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The port to the records at rest. Every call blocks: it is made on the store's threads, never on an event loop. Reads
 * may run beside one {@link #apply}; what {@link #apply} did is seen as a whole or not at all.
 */
public interface RecordStore {
    /** The record of that key (kind PUT), or null; a KumoException CORRUPT if its checksum does not fit. */
    @Nullable
    LogEntry get(int partition, Bytes key);

    /**
     * Records after {@code afterKey} (empty: from the first one), at least one if there is one, until {@code maxBytes}
     * of footprint are exceeded; what does not fit its checksum is named instead. CORRUPT if the store can't be read.
     */
    ScanPage scan(int partition, Bytes afterKey, int maxBytes);

    /** All changes in one transaction; a failure is a KumoException STORE_FAILED and changes nothing. */
    void apply(List<PartitionChange> changes);

    /** {@link PartitionState#EMPTY} for a partition that the store does not have. */
    PartitionState state(int partition);

    /** Records of the partition, exact. */
    long count(int partition);

    /** Partitions that have a state, ascending. */
    Collection<Integer> partitions();

    /** Reads every record of the partition; says what is wrong, or an empty text if all is well. */
    String verify(int partition);

    /** Bytes on disk, or in memory. */
    long bytes();

    /** Everything applied so far survives a power cut. */
    void sync();

    /** Ends the store; in bounded time. */
    void close();
}
