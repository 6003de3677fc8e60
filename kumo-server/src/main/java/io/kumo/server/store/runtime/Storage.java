package io.kumo.server.store.runtime;

import io.kumo.error.KumoException;
import io.kumo.server.store.RecoveryVisitor;

/**
 * Everything that a server keeps, in its directory: identity, log, records. The server's main opens it before anything
 * listens; {@link #open}, {@link #recover} and {@link #close} block and are called off the event loops.
 */
public interface Storage {
    /**
     * Locks the directory and opens what is in it; creates it if it is new or empty. A KumoException says in one line
     * what is wrong (locked, of a newer format, not writable, not a directory) and what to do.
     */
    static Storage open(StorageOptions options) throws KumoException {
        return options.inMemory() ? MemoryStorage.open(options) : DiskStorage.open(options);
    }

    /** Id of the server, cluster, incarnation of this process. */
    StoreDirectory directory();

    /** Once, before the first append: tells the visitor what there is. Memory does not grow with the log. */
    Recovered recover(RecoveryVisitor visitor);

    /**
     * The managers know that the log may have lost its end (a committed table names this incarnation): from now on the
     * log is intact again, also for the next start. To be called by a server that was intact too; it costs nothing
     * then.
     */
    void settled();

    CommitLog log();

    RecordReader records();

    /** Bytes that the file system of the directory has left for us; cheap enough for once a second. */
    long usableBytes();

    /** Bytes of that file system; 0 if that is not known. */
    long totalBytes();

    /** Ends log and store; what was handed over before is written. Bounded in time. */
    void close();

    /**
     * What recovery found.
     *
     * @param intact the log has all that was ever acknowledged
     * @param logEntries entries that the visitor got as not in the records yet
     * @param cutBytes of a torn tail that were cut off
     */
    record Recovered(boolean intact, long logEntries, long cutBytes) {}
}
