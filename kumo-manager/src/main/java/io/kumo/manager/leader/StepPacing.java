package io.kumo.manager.leader;

import java.util.OptionalLong;

/**
 * When the leader decides next. Each version costs every server something: while copies are made that end one after the
 * other, most of them wait for one version together; what clients may wait for is never held back by that.
 */
public final class StepPacing {
    /** Changes within this time go into one version. */
    static final long BATCH_MS = 20;

    /** The same while joiners copy. */
    static final long MOVING_BATCH_MS = 500;

    /** That share of the joiners has everything: it is time for the next version. */
    private static final double MOST = 0.75;

    private static final long NONE = Long.MAX_VALUE;

    private long lastStepMs;
    /** Of the step that was asked for and did not begin. */
    private long dueMs = NONE;

    private boolean isUrgent;

    public StepPacing(long startMs) {
        this.lastStepMs = startMs - MOVING_BATCH_MS;
    }

    /** Something happened that clients may wait for: the next step is not for joiners to wait for. */
    public void urge() {
        isUrgent = true;
    }

    /**
     * Something changed, and {@code joinedCount} of {@code joinerCount} joiners have everything. Returns for how long
     * to wait before the next step, in place of an earlier answer; empty if that one stands.
     */
    public OptionalLong delayMs(int joinedCount, int joinerCount, long nowMs) {
        boolean isCrowded = !isUrgent && joinerCount > 0 && joinedCount < MOST * joinerCount;
        long earliestMs = Math.max(nowMs + 1, lastStepMs + (isCrowded ? MOVING_BATCH_MS : BATCH_MS));
        if (dueMs <= earliestMs) {
            return OptionalLong.empty();
        }
        dueMs = earliestMs;
        return OptionalLong.of(earliestMs - nowMs);
    }

    /** A step begins: it sees all that happened until now. */
    public void onStep(long nowMs) {
        lastStepMs = nowMs;
        dueMs = NONE;
        isUrgent = false;
    }
}
