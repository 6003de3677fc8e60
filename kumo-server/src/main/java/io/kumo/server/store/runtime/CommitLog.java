package io.kumo.server.store.runtime;

import io.kumo.server.store.LogSlice;
import io.vertx.core.Context;
import io.vertx.core.Future;

/**
 * The log of a server: write-ahead log and replication log of all its partitions. Event loops append batches and read
 * what a joiner lacks; every method may be called on any event loop and never blocks.
 */
public interface CommitLog {
    /** An empty batch for the event loop of {@code context}; it is used again and again. */
    LogBatch newBatch(Context context, LogBatch.Written written);

    /**
     * Hands the batch over. It is called back once, on its context, when all its entries are in the log (and synced, by
     * {@code --sync always}), perhaps before this returns; until then it must not be touched. Batches of one loop are
     * written in their order. If the log fails for good, no batch is called back any more and the handler given at open
     * is told.
     */
    void append(LogBatch batch);

    /** Whether there is room for more batches; if not, ask again later: writers wait. */
    boolean isWritable();

    /**
     * Entries of the partition from {@code fromSeq} on, at least one if there is one, until {@code maxBytes} of log are
     * exceeded; the future completes on {@code context}. Fails with CORRUPT (names file and offset) where an entry is
     * damaged, and with OVERLOADED when too many reads wait. Sees batches that were called back; what a TRUNCATE undid
     * is not seen once the TRUNCATE was called back.
     */
    Future<LogSlice> read(Context context, int partition, long fromSeq, int maxBytes);

    /** Keeps what the log has now, from {@code fromSeq} of the partition on, until closed; or broken for its cost. */
    Pin pin(int partition, long fromSeq);

    /**
     * Completes on {@code context} once all that was called back before survives a power cut, as far as {@code --sync}
     * asks for that at all.
     */
    Future<Void> synced(Context context);

    /** Bytes of all segments. */
    long bytes();

    /** Bytes that wait to be written. */
    long queuedBytes();

    /** Bytes appended since the log was opened: the difference of two calls is what a checkpoint would release. */
    long appendedBytes();

    /** Holds segments for a running copy, unless that costs too much: reads answer Gone then. */
    interface Pin {
        void close();
    }
}
