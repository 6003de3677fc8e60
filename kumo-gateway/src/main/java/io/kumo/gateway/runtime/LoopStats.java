package io.kumo.gateway.runtime;

/** What one event loop counted. The loop alone writes; other threads read and may see figures that are a moment old. */
final class LoopStats {
    private final long[] counts = new long[Count.values().length];

    void add(Count what, long amount) {
        counts[what.ordinal()] += amount;
    }

    void increment(Count what) {
        counts[what.ordinal()]++;
    }

    long value(Count what) {
        return counts[what.ordinal()];
    }
}
