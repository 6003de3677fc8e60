package io.kumo.server.replica;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a replica for metrics and reports.
 *
 * @param epoch of its row in the newest table
 * @param complete false in the middle of a copy
 * @param lastEpoch of the last entry here
 * @param lastSeq of the last entry here
 * @param committedSeq every copy in sync has the entries up to here
 * @param waiting operations that wait for a commit or for the store
 * @param lag entries that the slowest copy in sync has not answered yet
 * @param leased false for a primary that may not answer reads now, as a copy's lease has run out
 */
public record ReplicaView(
        int partition,
        ReplicaRole role,
        long epoch,
        boolean complete,
        long lastEpoch,
        long lastSeq,
        long committedSeq,
        int waiting,
        long lag,
        boolean leased) {
    static ReplicaView of(ReplicaRole role, long epoch, PartitionData data, @Nullable PrimaryRole primary) {
        return new ReplicaView(
                data.partition,
                role,
                epoch,
                data.isComplete(),
                data.lastEpoch(),
                data.lastSeq(),
                data.committedSeq(),
                primary == null ? 0 : primary.operations().waiting(),
                primary == null ? 0 : primary.lag(),
                primary == null || !primary.isActive() || primary.holdsLeases());
    }
}
