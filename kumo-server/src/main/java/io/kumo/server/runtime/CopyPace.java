package io.kumo.server.runtime;

import io.kumo.time.Clock;

/** Tells the throttle of copies how one event loop gets on with its clients. Used on that loop. */
final class CopyPace {
    /** See {@link io.kumo.server.replica.CopyThrottle#onLoop}. */
    interface Throttle {
        void onLoop(boolean isServing, long lateNs, long nowNs);
    }

    private final Throttle throttle;
    private final OperationMeters meters;
    private final Clock clock;
    private final long periodNs;
    private long lastNs;
    private long lastDone;

    /** @param periodMs how often {@link #onTick} is called where there is time */
    CopyPace(Throttle throttle, OperationMeters meters, Clock clock, long periodMs) {
        this.throttle = throttle;
        this.meters = meters;
        this.clock = clock;
        this.periodNs = periodMs * 1_000_000;
        this.lastNs = clock.monotonicNs();
    }

    void onTick() {
        long nowNs = clock.monotonicNs();
        long done = meters.done();
        throttle.onLoop(done != lastDone, nowNs - lastNs - periodNs, nowNs);
        lastNs = nowNs;
        lastDone = done;
    }
}
