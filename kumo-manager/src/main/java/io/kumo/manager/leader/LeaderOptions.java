package io.kumo.manager.leader;

import io.kumo.base.Check;

/**
 * The times and bounds by which the leader decides.
 *
 * @param faultAfterMs a server that is silent for so long is marked as faulty
 * @param replaceAfterMs a server that is faulty for so long loses its copies to others, where there are enough; 0:
 *     never
 * @param replaceDelayMs with auto-replace, a new server is attached once it has been there for so long
 * @param complaintMs a copy that does not answer its primary for so long is no longer in sync
 * @param joiningPerServer partitions that a server gets at once because of a move; repairs are not bounded here
 * @param primariesPerVersion primaries that move with one version of the table
 */
public record LeaderOptions(
        long faultAfterMs,
        long replaceAfterMs,
        long replaceDelayMs,
        long complaintMs,
        int joiningPerServer,
        int primariesPerVersion) {
    public static final LeaderOptions DEFAULT = new LeaderOptions(3_000, 600_000, 4_000, 1_000, 512, 128);

    public LeaderOptions {
        Check.argument(faultAfterMs > 0 && replaceAfterMs >= 0 && replaceDelayMs >= 0, "a time is negative");
        Check.argument(joiningPerServer >= 1 && primariesPerVersion >= 1, "a bound is not positive");
    }
}
