package io.kumo.server.replica;

import io.kumo.base.Check;

/**
 * Bounds what a server sends to joiners: copies at a time (what has the fewest copies in sync comes first), and bytes
 * per second (a token bucket of a quarter of a second). The only object of this package that all shards of a server
 * share; hence synchronized.
 */
public final class CopyThrottle {
    private static final long SECOND_NS = 1_000_000_000L;
    /** Who does not ask again for so long does not wait any more. */
    private static final long WAITING_NS = SECOND_NS;

    private final int maxCopies;
    private final long rateBytesPerSec;
    private int copies;
    /** Of the partitions that wait for a place, and when one of these was last refused. */
    private int fewestInSync = Integer.MAX_VALUE;

    private long waitedNs;
    private double tokens;
    private long filledNs;
    private boolean filled;

    /** {@code rateBytesPerSec}: 0 for no bound. */
    public CopyThrottle(int maxCopies, long rateBytesPerSec) {
        Check.argument(maxCopies > 0 && rateBytesPerSec >= 0, "%d copies, %d B/s", maxCopies, rateBytesPerSec);
        this.maxCopies = maxCopies;
        this.rateBytesPerSec = rateBytesPerSec;
    }

    /**
     * Takes one of the places for copies; false if there is none left, or if a partition that has fewer copies in sync
     * waits for one. To be asked again and again.
     */
    synchronized boolean start(int copiesInSync, long nowNs) {
        if (copiesInSync > fewestInSync && nowNs - waitedNs < WAITING_NS) {
            return false;
        }
        if (copies >= maxCopies) {
            fewestInSync = copiesInSync;
            waitedNs = nowNs;
            return false;
        }
        copies++;
        return true;
    }

    synchronized void end() {
        Check.invariant(copies > 0, "a copy ended that had not begun");
        copies--;
    }

    /** Whether some bytes may be sent now. */
    synchronized boolean mayPass(long nowNs) {
        if (rateBytesPerSec == 0) {
            return true;
        }
        double most = rateBytesPerSec / 4.0;
        if (!filled) {
            filled = true;
            tokens = most;
            filledNs = nowNs;
        } else if (nowNs - filledNs > 0) { // the clock's zero is anywhere
            tokens = Math.min(most, tokens + (double) (nowNs - filledNs) * rateBytesPerSec / SECOND_NS);
            filledNs = nowNs;
        }
        return tokens > 0;
    }

    /** Counts bytes that are being sent; the bucket may go below zero, so that any chunk passes some day. */
    synchronized void passed(long bytes) {
        tokens -= bytes;
    }
}
