package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.ScanPage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;

/** The record store as event loops see it: nothing blocks, answers come on the context that asked. */
public interface RecordReader {
    /** Looks all keys up in one task of the reading thread, then calls the batch back. */
    void lookUp(LookupBatch batch);

    /** A page of a scan; see {@link io.kumo.server.store.RecordStore#scan}. */
    Future<ScanPage> scan(Context context, int partition, Bytes afterKey, int maxBytes);

    /** Exact count of the partition's records at rest. */
    Future<Long> count(Context context, int partition);

    /**
     * Applies the changes in one transaction on the checkpointing thread, after writing a mark beside the log that says
     * what is to be found at the next start; then lets go of the segments that are not needed any more. Reads go on
     * meanwhile. About 10,000 records at a time are best.
     */
    Future<Void> checkpoint(Context context, List<PartitionChange> changes);

    /** Bytes of the records at rest. */
    long bytes();
}
