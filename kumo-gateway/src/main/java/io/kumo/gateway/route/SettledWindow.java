package io.kumo.gateway.route;

import io.kumo.base.Check;
import java.util.Arrays;

/**
 * Numbers the writes of one session and knows the lowest one that is still outstanding: servers may forget the results
 * of all those below. Lives on one event loop.
 */
public final class SettledWindow {
    private static final int INITIAL_WORDS = 16;

    private final int maxOutstanding;
    /** One bit for each counter from {@link #lowest} on, as a ring: set while outstanding. */
    private long[] outstanding = new long[INITIAL_WORDS];

    private long lowest = 1;
    private long next = 1;

    /**
     * @param maxOutstanding most counters between the lowest outstanding one and the newest; past it {@link #isFull}
     */
    public SettledWindow(int maxOutstanding) {
        Check.argument(maxOutstanding > 0 && maxOutstanding <= 1 << 26, "%d outstanding", maxOutstanding);
        this.maxOutstanding = maxOutstanding;
    }

    /** Whether one operation lags so far behind that no new one may begin. */
    public boolean isFull() {
        return next - lowest >= maxOutstanding;
    }

    /** The counter of a new operation, from 1. */
    public long begin() {
        Check.invariant(!isFull(), "%d writes since the oldest outstanding one", maxOutstanding);
        if (next - lowest == capacity()) {
            grow();
        }
        long counter = next++;
        outstanding[word(counter)] |= 1L << counter;
        return counter;
    }

    /** The operation has its answer, or was given up: it will not be sent again. */
    public void settle(long counter) {
        long bit = 1L << counter;
        int word = word(counter);
        Check.invariant(counter >= lowest && counter < next && (outstanding[word] & bit) != 0, "settled twice");
        outstanding[word] &= ~bit;
        if (counter == lowest) {
            advance();
        }
    }

    /** All operations below this counter are settled. */
    public long settledBelow() {
        return lowest;
    }

    /** Operations since the oldest outstanding one, itself included. */
    public int span() {
        return (int) (next - lowest);
    }

    private void advance() {
        while (lowest < next) {
            long bits = outstanding[word(lowest)] >>> lowest;
            if (bits != 0) {
                lowest += Long.numberOfTrailingZeros(bits);
                return;
            }
            lowest = Math.min(next, (lowest | 63) + 1);
        }
    }

    private void grow() {
        int words = outstanding.length;
        long[] larger = Arrays.copyOf(outstanding, 2 * words);
        Arrays.fill(larger, words, 2 * words, 0);
        Arrays.fill(larger, 0, words, 0);
        for (long counter = lowest; counter < next; counter++) {
            if ((outstanding[word(counter)] & 1L << counter) != 0) {
                larger[(int) (counter >>> 6) & (2 * words - 1)] |= 1L << counter;
            }
        }
        outstanding = larger;
    }

    /** A word less than there are: the window's two ends may share one. */
    private long capacity() {
        return (outstanding.length - 1) * 64L;
    }

    private int word(long counter) {
        return (int) (counter >>> 6) & (outstanding.length - 1);
    }
}
