package io.kumo.server.replica;

import io.kumo.protocol.ReplicationMessages.CopyChunk;

/** A joiner's end of a whole copy: chunks in order into the log, answered once they are there and memory has room. */
final class CopyIntake {
    private final ReplicaContext context;
    private final PartitionData data;
    private long copyId;
    private int nextIndex;
    private int answeredIndex;
    private boolean owesAnswer;
    private boolean isDone;

    CopyIntake(ReplicaContext context, PartitionData data) {
        this.context = context;
        this.data = data;
    }

    /** True if this changed what the partition has. */
    boolean take(CopyChunk chunk) {
        if (chunk.copyId() < copyId) {
            return false; // of a copy that the primary has given up
        }
        if (chunk.copyId() > copyId) {
            if (chunk.index() != 0) {
                owesAnswer = copyId == 0;
                return false;
            }
            copyId = chunk.copyId();
            nextIndex = 0;
            answeredIndex = 0;
            isDone = false;
            data.beginCopy();
        }
        if (isDone || chunk.index() != nextIndex) {
            owesAnswer = true; // it has come before, or one before it was lost
            return false;
        }
        for (int i = 0; i < chunk.records().size(); i++) {
            data.addCopied(chunk.records().get(i));
        }
        nextIndex++;
        if (chunk.last()) {
            data.endCopy(chunk.epoch(), chunk.lastSeq(), chunk.state());
            isDone = true;
        }
        return true;
    }

    /** The log has more, or memory may have room again; true if there is something to answer. */
    boolean onLogged() {
        owesAnswer |= copyId != 0 && answeredIndex < nextIndex && mayAnswer();
        return owesAnswer;
    }

    private boolean mayAnswer() {
        return data.isCutLogged() && !context.memory.isFull();
    }

    boolean owesAnswer() {
        return owesAnswer;
    }

    /** 0 as long as no copy has begun. */
    long copyId() {
        return copyId;
    }

    /** Index of the first chunk that the log here does not have. */
    int takeAnswer() {
        owesAnswer = false;
        answeredIndex = copyId != 0 && mayAnswer() ? nextIndex : answeredIndex;
        return answeredIndex;
    }
}
