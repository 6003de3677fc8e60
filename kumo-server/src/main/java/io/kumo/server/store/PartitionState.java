package io.kumo.server.store;

import io.kumo.base.Bytes;

/**
 * How far the records in the store are: written in the same transaction as the records themselves.
 *
 * @param epoch of the last entry that is in the records
 * @param seq of the last entry that is in the records; 0 before the first
 * @param damaged the records are not to be used: the partition must be copied anew
 * @param replica what the replica wants to find again: its own form, opaque here
 */
public record PartitionState(long epoch, long seq, boolean damaged, Bytes replica) {
    public static final PartitionState EMPTY = new PartitionState(0, 0, false, Bytes.EMPTY);

    /** The same, but not to be used. */
    public PartitionState asDamaged() {
        return new PartitionState(epoch, seq, true, replica);
    }

    /** Whether the records have the entry with that position. */
    public boolean reaches(long otherEpoch, long otherSeq) {
        return !damaged && (epoch > otherEpoch || (epoch == otherEpoch && seq >= otherSeq));
    }
}
