package io.kumo.gateway.route;

import io.kumo.base.Check;

/**
 * How long an operation is tried.
 *
 * @param timeoutMs deadline of one operation, from when it was read to its answer
 * @param attemptMs longest wait for one server's answer
 */
public record RetryPolicy(long timeoutMs, long attemptMs) {
    /** First pause before an operation is tried again, ms; doubles with each try. */
    static final long FIRST_PAUSE_MS = 5;
    /** Longest pause, ms. */
    static final long LONGEST_PAUSE_MS = 100;

    public RetryPolicy {
        Check.argument(timeoutMs > 0 && attemptMs > 0, "a timeout is not positive");
    }

    /** With a fifth of the time, but a second at least, for each try. */
    public static RetryPolicy within(long timeoutMs) {
        return new RetryPolicy(timeoutMs, Math.min(timeoutMs, Math.max(1000, timeoutMs / 5)));
    }

    static long pauseMs(int tries) {
        return tries > 5 ? LONGEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << (tries - 1));
    }
}
