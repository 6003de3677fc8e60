package io.kumo.rpc;

import io.kumo.base.Check;
import io.kumo.protocol.Method;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one connection that wait for an answer: message id → method and waiter, each with a deadline. A call
 * whose deadline passed keeps its place until its late answer comes, so that no answer is ever taken for that of
 * another call. Bounded, without garbage, not thread-safe.
 *
 * @param <W> who waits
 */
public final class InFlight<W> {
    private static final int FIRST_CAPACITY = 64;
    private static final long NO_DEADLINE = Long.MAX_VALUE;

    private final int bound;
    private @Nullable Object[] waiters;
    private @Nullable Method<?, ?>[] methods;
    private long[] deadlines;
    private int[] freeSlots;
    private int freeCount;
    private int usedSlots;
    private int abandoned;
    /** Where the scans of {@link #takeExpired} and {@link #takeAny} go on. */
    private int expiryCursor;

    private int anyCursor;

    /** @param bound most calls at a time, those included whose deadline passed unanswered */
    public InFlight(int bound) {
        Check.argument(bound >= 1, "a bound of %d calls", bound);
        this.bound = bound;
        int capacity = Math.min(FIRST_CAPACITY, bound);
        waiters = new Object[capacity];
        methods = new Method<?, ?>[capacity];
        deadlines = new long[capacity];
        freeSlots = new int[capacity];
        Arrays.fill(deadlines, NO_DEADLINE);
    }

    /** Enters a call; its message id, or -1 if there are too many. */
    public int add(Method<?, ?> method, W waiter, long deadlineNs) {
        int slot;
        if (freeCount > 0) {
            slot = freeSlots[--freeCount];
        } else if (usedSlots < bound) {
            slot = usedSlots++;
            if (slot == waiters.length) {
                grow();
            }
        } else {
            return -1;
        }
        waiters[slot] = waiter;
        methods[slot] = method;
        deadlines[slot] = deadlineNs;
        return slot;
    }

    private void grow() {
        int capacity = Math.min(bound, 2 * waiters.length);
        int before = waiters.length;
        waiters = Arrays.copyOf(waiters, capacity);
        methods = Arrays.copyOf(methods, capacity);
        deadlines = Arrays.copyOf(deadlines, capacity);
        freeSlots = Arrays.copyOf(freeSlots, capacity);
        Arrays.fill(deadlines, before, capacity, NO_DEADLINE);
    }

    /** Whether a call with that id was sent and not answered. */
    public boolean isKnown(int id) {
        return id >= 0 && id < usedSlots && methods[id] != null;
    }

    /** The method of a known call. */
    public Method<?, ?> method(int id) {
        Method<?, ?> method = methods[id];
        Check.invariant(method != null, "no call %d", id);
        return method;
    }

    /** Ends a known call and returns who waited; null if nobody waits any more because the deadline passed. */
    @SuppressWarnings("unchecked")
    public @Nullable W take(int id) {
        W waiter = (W) waiters[id];
        if (waiter == null) {
            abandoned--;
        }
        waiters[id] = null;
        methods[id] = null;
        deadlines[id] = NO_DEADLINE;
        freeSlots[freeCount++] = id;
        return waiter;
    }

    /**
     * Takes one waiter whose deadline has passed; null once there is none. To be called until then. The call's place is
     * kept for its late answer.
     */
    @SuppressWarnings("unchecked")
    public @Nullable W takeExpired(long nowNs) {
        while (expiryCursor < usedSlots) {
            int slot = expiryCursor++;
            long deadline = deadlines[slot];
            if (deadline != NO_DEADLINE && deadline - nowNs <= 0) {
                W waiter = (W) waiters[slot];
                waiters[slot] = null;
                deadlines[slot] = NO_DEADLINE;
                abandoned++;
                return waiter;
            }
        }
        expiryCursor = 0;
        return null;
    }

    /** Takes one waiter, for a connection that was lost; null once nobody waits. To be called until then. */
    public @Nullable W takeAny() {
        while (anyCursor < usedSlots) {
            int slot = anyCursor++;
            if (waiters[slot] != null) {
                return take(slot);
            }
        }
        anyCursor = 0;
        return null;
    }

    /** Nanoseconds until the first deadline, at least 0; {@link Long#MAX_VALUE} if nobody waits. */
    public long untilDeadlineNs(long nowNs) {
        long least = Long.MAX_VALUE;
        for (int slot = 0; slot < usedSlots; slot++) {
            if (deadlines[slot] != NO_DEADLINE) {
                least = Math.min(least, Math.max(0, deadlines[slot] - nowNs));
            }
        }
        return least;
    }

    /** Calls that somebody waits for. */
    public int count() {
        return usedSlots - freeCount - abandoned;
    }

    /** Calls whose deadline passed and whose answer has not come. */
    public int abandoned() {
        return abandoned;
    }
}
