package io.kumo.node.runtime;

import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * All meters of a process. What counts often is a plain field or a LongAdder of its owner, read when somebody scrapes:
 * an operation pays nothing for it.
 */
public final class Metrics {
    /**
     * Registers a counter that somebody else keeps.
     *
     * @param labels name, value, name, value …
     */
    public void counter(Meter meter, LongSupplier value, String... labels) {
        throw new UnsupportedOperationException();
    }

    /** Registers a value that somebody else keeps; called on any thread. */
    public void gauge(Meter meter, DoubleSupplier value, String... labels) {
        throw new UnsupportedOperationException();
    }

    /**
     * A histogram to record into. Each call gives one of its own for one recording thread; equal labels are added up.
     */
    public Latency latency(Meter meter, String... labels) {
        throw new UnsupportedOperationException();
    }

    /** Everything as Prometheus wants it. */
    public String scrape() {
        throw new UnsupportedOperationException();
    }
}
