package io.kumo.server.runtime;

import java.util.concurrent.atomic.LongAdder;

/** Counts, and says how many came per second of late. Counted on any thread, sampled once a second by one. */
final class RateMeter {
    private static final int SAMPLES = 5;

    private final LongAdder count = new LongAdder();
    private final long[] counts = new long[SAMPLES];
    private final long[] timesNs = new long[SAMPLES];
    private int samples;
    private volatile long perSec;

    void add(long more) {
        count.add(more);
    }

    long total() {
        return count.sum();
    }

    /** The rate between the newest sample and the oldest that is kept. */
    long perSec() {
        return perSec;
    }

    void sample(long nowNs) {
        int at = samples % SAMPLES;
        long now = count.sum();
        if (samples > 0) {
            int oldest = samples < SAMPLES ? 0 : at;
            long elapsedNs = nowNs - timesNs[oldest];
            perSec = elapsedNs <= 0 ? 0 : (long) ((now - counts[oldest]) * 1e9 / elapsedNs);
        }
        counts[at] = now;
        timesNs[at] = nowNs;
        samples++;
    }
}
