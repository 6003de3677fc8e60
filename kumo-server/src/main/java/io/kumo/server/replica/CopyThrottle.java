package io.kumo.server.replica;

import io.kumo.base.Check;

/**
 * Bounds what a server sends to joiners: copies at a time, and bytes per second (a token bucket of a quarter of a
 * second). The only object of this package that all shards of a server share; hence synchronized.
 */
public final class CopyThrottle {
    private static final long SECOND_NS = 1_000_000_000L;

    private final int maxCopies;
    private final long rateBytesPerSec;
    private int copies;
    private double tokens;
    private long filledNs;
    private boolean filled;

    /** {@code rateBytesPerSec}: 0 for no bound. */
    public CopyThrottle(int maxCopies, long rateBytesPerSec) {
        Check.argument(maxCopies > 0 && rateBytesPerSec >= 0, "%d copies, %d B/s", maxCopies, rateBytesPerSec);
        this.maxCopies = maxCopies;
        this.rateBytesPerSec = rateBytesPerSec;
    }

    /** Takes one of the places for copies; false if there is none left. */
    synchronized boolean start() {
        if (copies >= maxCopies) {
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
