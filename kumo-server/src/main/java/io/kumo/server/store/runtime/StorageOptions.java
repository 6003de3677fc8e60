package io.kumo.server.store.runtime;

import io.kumo.server.store.SyncMode;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How a server keeps its data.
 *
 * @param directory everything is below it
 * @param inMemory keep records and log in memory only ({@code --store-mode memory}); the directory has the id only
 * @param retentionBytes of log kept for servers that come back ({@code --log-retention})
 * @param retentionMs no entry goes before that age: its operation may be repeated
 * @param segmentBytes of a file of the log
 * @param queueBytes of entries that may wait to be written before writers wait
 * @param pinBytes of log, beyond retention, that running copies may hold
 * @param cacheBytes of memory for pages of the store
 * @param fatal told once when log or store fail for good: the server must stop
 */
public record StorageOptions(
        Path directory,
        SyncMode sync,
        boolean inMemory,
        long retentionBytes,
        long retentionMs,
        int segmentBytes,
        long queueBytes,
        long pinBytes,
        long cacheBytes,
        Consumer<Throwable> fatal) {

    /** What a server has unless told otherwise. */
    public static StorageOptions defaults(Path directory, Consumer<Throwable> fatal) {
        return new StorageOptions(
                directory,
                SyncMode.INTERVAL,
                false,
                1L << 30,
                120_000,
                64 << 20,
                32L << 20,
                4L << 30,
                128L << 20,
                fatal);
    }

    public StorageOptions withSync(SyncMode mode) {
        return new StorageOptions(
                directory,
                mode,
                inMemory,
                retentionBytes,
                retentionMs,
                segmentBytes,
                queueBytes,
                pinBytes,
                cacheBytes,
                fatal);
    }

    public StorageOptions withMemoryOnly(boolean memoryOnly) {
        return new StorageOptions(
                directory,
                sync,
                memoryOnly,
                retentionBytes,
                retentionMs,
                segmentBytes,
                queueBytes,
                pinBytes,
                cacheBytes,
                fatal);
    }

    public StorageOptions withRetention(long bytes, long ms) {
        return new StorageOptions(
                directory, sync, inMemory, bytes, ms, segmentBytes, queueBytes, pinBytes, cacheBytes, fatal);
    }

    public StorageOptions withSegmentBytes(int bytes) {
        return new StorageOptions(
                directory, sync, inMemory, retentionBytes, retentionMs, bytes, queueBytes, pinBytes, cacheBytes, fatal);
    }

    public StorageOptions withQueueBytes(long bytes) {
        return new StorageOptions(
                directory,
                sync,
                inMemory,
                retentionBytes,
                retentionMs,
                segmentBytes,
                bytes,
                pinBytes,
                cacheBytes,
                fatal);
    }

    public StorageOptions withPinBytes(long bytes) {
        return new StorageOptions(
                directory,
                sync,
                inMemory,
                retentionBytes,
                retentionMs,
                segmentBytes,
                queueBytes,
                bytes,
                cacheBytes,
                fatal);
    }

    public StorageOptions withCacheBytes(long bytes) {
        return new StorageOptions(
                directory,
                sync,
                inMemory,
                retentionBytes,
                retentionMs,
                segmentBytes,
                queueBytes,
                pinBytes,
                bytes,
                fatal);
    }
}
