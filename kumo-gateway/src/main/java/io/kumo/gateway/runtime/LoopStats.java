package io.kumo.gateway.runtime;

/** What one event loop counted. The loop alone writes; other threads read and may see figures that are a moment old. */
final class LoopStats {
    private final long[] counts = new long[Count.COUNT];

    void add(Count what, long amount) {
        counts[what.index()] += amount;
    }

    void increment(Count what) {
        counts[what.index()]++;
    }

    long value(Count what) {
        return counts[what.index()];
    }
}
