package io.kumo.server.replica;

/**
 * Until when a copy of a partition must not serve as its primary: leases that this server gave to earlier primaries may
 * still run. A primary that knows that its epoch has ended releases them.
 */
final class Fence {
    private long earlierUntilNs;
    private boolean isSet;
    private long epoch;
    private long untilNs;
    private long releasedEpoch = -1;

    /** {@code earliestNs}: a process that has just started does not know what it granted before. */
    Fence(long earliestNs) {
        this.earlierUntilNs = earliestNs;
    }

    /** {@code until}: the end of the last lease that the primary of {@code oldEpoch} has from here. */
    void onDeposed(long oldEpoch, long until) {
        if (isSet && untilNs - earlierUntilNs > 0) {
            earlierUntilNs = untilNs;
        }
        epoch = oldEpoch;
        untilNs = until;
        isSet = releasedEpoch != oldEpoch;
    }

    /**
     * The primary of that epoch serves nothing in it any more. It may say so before this server learns that it ended.
     */
    void onRelease(long ofEpoch) {
        releasedEpoch = Math.max(releasedEpoch, ofEpoch);
        if (isSet && epoch == ofEpoch) {
            isSet = false;
        }
    }

    boolean isOver(long nowNs) {
        return nowNs - earlierUntilNs >= 0 && (!isSet || nowNs - untilNs >= 0);
    }
}
