package io.kumo.server.replica;

import io.kumo.base.Check;
import io.kumo.table.ServerId;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what a server sends to joiners: copies at a time (what has the fewest copies in sync comes first), bytes per
 * second (a token bucket of a quarter of a second), and, while clients are served, a {@link CopyShare} of the
 * processors, and bytes that a joiner has not answered: operations of partitions that it has already wait behind these.
 * The only object of this package that all shards of a server share; hence synchronized.
 */
public final class CopyThrottle {
    /** Some milliseconds of a joiner's time. */
    static final long MOST_UNDER_WAY = 128 << 10;

    private static final long SECOND_NS = 1_000_000_000L;
    /** Who does not ask again for so long does not wait any more. */
    private static final long WAITING_NS = SECOND_NS;
    /** Other partitions do not wait longer for one that can't go on. */
    private static final long STUCK_NS = 500_000_000;

    private static final int BUSY_PAGES = 16;
    private static final int SHARES_PER_SECOND = 20;

    private final int maxCopies;
    private final long rateBytesPerSec;
    private final long mostUnderWay;
    private int copies;
    /** Of the partitions that wait for a place, and when one of these was last refused. */
    private int fewestInSync = Integer.MAX_VALUE;

    private long waitedNs;
    private double tokens;
    private final CopyShare share = new CopyShare();
    private double shareTokens;
    private long filledNs;
    private boolean filled;
    private final Map<ServerId, UnderWay> underWay = new HashMap<>();

    private static final class UnderWay {
        private long bytes;
        private long changedNs;
    }

    /** {@code rateBytesPerSec}: 0 for no bound. */
    public CopyThrottle(int maxCopies, long rateBytesPerSec) {
        this(maxCopies, rateBytesPerSec, MOST_UNDER_WAY);
    }

    /** @param mostUnderWay bytes that a joiner has not answered, while clients are served */
    public CopyThrottle(int maxCopies, long rateBytesPerSec, long mostUnderWay) {
        Check.argument(maxCopies > 0 && rateBytesPerSec >= 0, "%d copies, %d B/s", maxCopies, rateBytesPerSec);
        this.maxCopies = maxCopies;
        this.rateBytesPerSec = rateBytesPerSec;
        this.mostUnderWay = mostUnderWay;
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

    /** See {@link CopyShare#onLoop}. */
    public synchronized void onLoop(boolean isServing, long lateNs, long nowNs) {
        share.onLoop(isServing, lateNs, nowNs);
    }

    /** Whether some bytes of what that joiner lacks may be sent to it now. */
    synchronized boolean mayCopy(ServerId joiner, long nowNs) {
        if (!mayPass(nowNs)) {
            return false;
        }
        UnderWay there = underWay.get(joiner);
        boolean isRoom = there == null || there.bytes < mostUnderWay || nowNs - there.changedNs > STUCK_NS;
        return !share.isBusy() || (isRoom && (rateBytesPerSec == 0 || shareTokens > 0));
    }

    /** How much is sent at once, where it could be {@code most}: operations do not stand behind long pages. */
    synchronized int pageBytes(int most) {
        return share.isBusy() ? Math.max(1, most / BUSY_PAGES) : most;
    }

    /** So many bytes more (or less) are on their way to a joiner that has not answered them. */
    synchronized void underWay(ServerId joiner, long more, long nowNs) {
        UnderWay there = underWay.computeIfAbsent(joiner, id -> new UnderWay());
        there.bytes += more;
        there.changedNs = nowNs;
        if (there.bytes <= 0) {
            underWay.remove(joiner);
        }
    }

    /** Whether some bytes may be sent now. */
    synchronized boolean mayPass(long nowNs) {
        if (rateBytesPerSec == 0) {
            return true;
        }
        double most = rateBytesPerSec / 4.0;
        double shared = share.bytesPerSec((double) rateBytesPerSec);
        double mostShared = shared / SHARES_PER_SECOND;
        if (!filled) {
            filled = true;
            tokens = most;
            shareTokens = mostShared;
            filledNs = nowNs;
        } else if (nowNs - filledNs > 0) { // the clock's zero is anywhere
            double seconds = (double) (nowNs - filledNs) / SECOND_NS;
            tokens = Math.min(most, tokens + seconds * rateBytesPerSec);
            shareTokens = Math.min(mostShared, shareTokens + seconds * shared);
            filledNs = nowNs;
        }
        return tokens > 0;
    }

    /** Counts bytes that are being sent; the buckets may go below zero, so that any chunk passes some day. */
    synchronized void passed(long bytes) {
        tokens -= bytes;
        if (share.isBusy()) {
            shareTokens -= bytes;
        }
        share.onCopied(filledNs);
    }
}
