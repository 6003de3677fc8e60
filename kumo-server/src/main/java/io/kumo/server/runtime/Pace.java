package io.kumo.server.runtime;

import io.kumo.base.Check;

/** Spreads work over time: how long to rest after some bytes, so that a rate is kept. One thread at a time. */
final class Pace {
    private static final long SECOND_NS = 1_000_000_000L;
    /** What was not used is not saved up for longer. */
    private static final long BURST_NS = 100_000_000L;

    private final long rateBytesPerSec;
    private long freeNs;
    private boolean hasBegun;

    /** 0 for no bound. */
    Pace(long rateBytesPerSec) {
        Check.argument(rateBytesPerSec >= 0, "%d B/s", rateBytesPerSec);
        this.rateBytesPerSec = rateBytesPerSec;
    }

    /** So many bytes were worked on: milliseconds to rest now. */
    long pauseMs(long bytes, long nowNs) {
        if (rateBytesPerSec == 0) {
            return 0;
        }
        if (!hasBegun || nowNs - freeNs > BURST_NS) {
            freeNs = nowNs - BURST_NS;
            hasBegun = true;
        }
        freeNs += (long) ((double) bytes * SECOND_NS / rateBytesPerSec);
        return Math.max(0, (freeNs - nowNs) / 1_000_000);
    }
}
