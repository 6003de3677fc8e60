package io.kumo.node.runtime;

import io.kumo.time.Clock;

/** The host's clocks; the only place that asks them for the core. */
public enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    @Override
    public long wallMs() {
        return System.currentTimeMillis();
    }
}
