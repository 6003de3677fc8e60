package io.kumo.server.replica;

import io.kumo.protocol.LogEntry;
import java.util.List;
import java.util.Optional;

/**
 * What a backup may know of a copy in sync. It writes down what the store has, page by page, what was only in memory
 * when it began ({@link #dirty}), and the log's entries from {@link #committedSeq} at its begin to that at its end: the
 * newest of each key is the record at the end, whatever moved meanwhile. On the thread of the partition's shard.
 */
public final class BackupSource {
    private final PartitionData data;

    private BackupSource(PartitionData data) {
        this.data = data;
    }

    /** Empty while the copy is not in sync, or nothing of it counts. */
    public static Optional<BackupSource> of(Replica replica) {
        boolean isInSync = replica.role() == ReplicaRole.FOLLOWER || replica.role() == ReplicaRole.PRIMARY;
        return isInSync && replica.data().isComplete() && !replica.data().isDamaged()
                ? Optional.of(new BackupSource(replica.data()))
                : Optional.empty();
    }

    public long committedSeq() {
        return data.committedSeq();
    }

    /** A copy in sync has every acknowledged write up to here. */
    public long lastSeq() {
        return data.lastSeq();
    }

    /** Epoch of an entry that is committed; less than 0 if it was forgotten. */
    public long epochAt(long seq) {
        return data.epochAt(seq);
    }

    /** Grows whenever nothing that was here counts any more. */
    public long resets() {
        return data.resets();
    }

    /** Whether what the store has does not count. */
    public boolean storeIsHidden() {
        return data.storeIsHidden();
    }

    /** Committed records and deletes that are not in the store yet. */
    public List<LogEntry> dirty() {
        return data.memtable.dirty();
    }
}
