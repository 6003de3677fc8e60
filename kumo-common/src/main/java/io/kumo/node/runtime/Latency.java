package io.kumo.node.runtime;

/**
 * A histogram of durations with fixed buckets, cheap enough for every operation. One thread records (an event loop each
 * has its own), any thread reads: what it reads may be a moment old.
 */
public final class Latency {
    /** Counts a duration. */
    public void record(long elapsedNs) {
        throw new UnsupportedOperationException();
    }
}
