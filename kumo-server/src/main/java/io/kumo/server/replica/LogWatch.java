package io.kumo.server.replica;

/**
 * Notices that this server's own log takes nothing any more, as on a disk that is full or hangs. A primary asks at each
 * tick; on the event loop of its partition.
 */
final class LogWatch {
    private final long patienceNs;
    /** Since when the log owes something without a step forward; now, if it does not. */
    private long owesSinceNs;

    private long seenSeq;
    private boolean isStuck;

    LogWatch(long patienceNs, long nowNs) {
        this.patienceNs = patienceNs;
        this.owesSinceNs = nowNs;
    }

    boolean isStuck() {
        return isStuck;
    }

    /**
     * True if that has changed.
     *
     * @param wasPaused it was this process that stood still
     * @param hasSuccessor whether another copy could lead instead: else there is nothing to say
     */
    boolean judge(PartitionData data, long nowNs, boolean wasPaused, boolean hasSuccessor) {
        if (wasPaused || data.loggedSeq() >= data.lastSeq() || data.loggedSeq() != seenSeq) {
            owesSinceNs = nowNs;
            seenSeq = data.loggedSeq();
        }
        boolean wasStuck = isStuck;
        isStuck = hasSuccessor && nowNs - owesSinceNs > patienceNs;
        return isStuck != wasStuck;
    }
}
