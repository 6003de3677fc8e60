package io.kumo.server.replica;

/**
 * How much of its processors a server may take for what joiners lack, as bytes per second: what clients leave. It falls
 * fast while event loops that serve clients get on late, rises slowly while they do not, and is without bound where
 * nobody is served. (Additive increase, multiplicative decrease, as in D. Chiu, R. Jain, 1989.)
 */
final class CopyShare {
    /** In any case: who lacks copies must have them some day. */
    static final double LEAST = 1 << 20;

    private static final double RISE = 64 << 10;
    private static final double FALL = 0.7;
    /** So late is an event loop now and then where there is time to spare. */
    private static final long LATE_NS = 5_000_000;
    /** So long after the last operation nobody is disturbed; so long after the last byte nothing is learnt. */
    private static final long QUIET_NS = 200_000_000;

    private double bytesPerSec = LEAST;
    private boolean isBusy;
    private long busyNs;
    private boolean isCopying;
    private long copiedNs;

    /**
     * An event loop looked at its clock, as it does at fixed intervals.
     *
     * @param isServing whether it served clients since it did so before
     * @param lateNs how much later than it should have
     */
    void onLoop(boolean isServing, long lateNs, long nowNs) {
        isCopying &= nowNs - copiedNs < QUIET_NS;
        if (isServing) {
            isBusy = true;
            busyNs = nowNs;
            boolean mayRise = isCopying && lateNs <= LATE_NS;
            bytesPerSec = mayRise ? bytesPerSec + RISE : Math.max(LEAST, bytesPerSec * FALL);
        } else {
            isBusy &= nowNs - busyNs < QUIET_NS;
        }
    }

    void onCopied(long nowNs) {
        isCopying = true;
        copiedNs = nowNs;
    }

    /** Whether clients are served. */
    boolean isBusy() {
        return isBusy;
    }

    /** At most that. */
    double bytesPerSec(double most) {
        return isBusy ? Math.min(most, bytesPerSec) : most;
    }
}
