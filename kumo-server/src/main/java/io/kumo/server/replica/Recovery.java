package io.kumo.server.replica;

import io.kumo.base.Bytes;

/**
 * What the store says of a partition at start: the last checkpoint. The log's later entries follow through
 * {@link Replica#restore}.
 *
 * @param epoch as {@link Checkpoint#epoch} was
 * @param seq applied by the checkpoint
 * @param complete false in the middle of a copy: the records there are not to be used
 * @param state as {@link Checkpoint#state} was
 */
public record Recovery(long epoch, long seq, boolean complete, Bytes state) {
    /** Nothing of the partition is there. */
    public static final Recovery NONE = new Recovery(0, 0, true, Bytes.EMPTY);
}
