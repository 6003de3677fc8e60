package io.kumo.node.runtime;

import io.kumo.protocol.LoadMessages.LatencyBucket;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A histogram of durations in fixed buckets, four to each doubling, from about 1 us to 34 s. Recording costs a few
 * nanoseconds (Micrometer's Timer with buckets was measured at 100): one thread records, an event loop each has its
 * own; any thread reads, what it reads may be a moment old.
 */
public final class Latency {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    /** 2^10 ns is the end of the first bucket. */
    private static final int FIRST_EXPONENT = 10;

    private static final int DOUBLINGS = 25;
    static final int BUCKETS = 1 + 4 * DOUBLINGS;
    /** Place of the sum, behind the buckets. */
    private static final int SUM = BUCKETS;

    private final long[] counts = new long[BUCKETS + 1];

    /** Counts a duration. */
    public void record(long elapsedNs) {
        add(bucketOf(elapsedNs), 1);
        add(SUM, Math.max(0, elapsedNs));
    }

    private void add(int index, long more) {
        COUNT.setOpaque(counts, index, counts[index] + more); // one writer: nothing is lost
    }

    static int bucketOf(long elapsedNs) {
        if (elapsedNs < 1L << FIRST_EXPONENT) {
            return 0;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(elapsedNs);
        int quarter = (int) (elapsedNs >>> (exponent - 2)) & 3;
        return Math.min(BUCKETS - 1, 1 + 4 * (exponent - FIRST_EXPONENT) + quarter);
    }

    /** The first duration that is too long for the bucket. */
    static long endNs(int bucket) {
        if (bucket == 0) {
            return 1L << FIRST_EXPONENT;
        }
        int exponent = FIRST_EXPONENT + (bucket - 1) / 4;
        return (1L << exponent) / 4 * (5 + (bucket - 1) % 4);
    }

    /** What was counted until now. */
    public Snapshot snapshot() {
        Snapshot snapshot = new Snapshot();
        snapshot.add(this);
        return snapshot;
    }

    /** Sums of histograms. Not thread-safe. */
    public static final class Snapshot {
        private final long[] sums = new long[BUCKETS + 1];

        /** Adds what {@code latency} counted. */
        public void add(Latency latency) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += (long) COUNT.getOpaque(latency.counts, i);
            }
        }

        /** What was counted after {@code earlier}. */
        Snapshot minus(Snapshot earlier) {
            Snapshot difference = new Snapshot();
            for (int i = 0; i < sums.length; i++) {
                difference.sums[i] = sums[i] - earlier.sums[i];
            }
            return difference;
        }

        public long count() {
            long count = 0;
            for (int i = 0; i < BUCKETS; i++) {
                count += sums[i];
            }
            return count;
        }

        public long sumNs() {
            return sums[SUM];
        }

        long countOf(int bucket) {
            return sums[bucket];
        }

        /** Those buckets that counted anything, shortest first. */
        public List<LatencyBucket> buckets() {
            List<LatencyBucket> buckets = new ArrayList<>();
            for (int i = 0; i < BUCKETS; i++) {
                if (sums[i] > 0) {
                    buckets.add(new LatencyBucket(endNs(i), sums[i]));
                }
            }
            return buckets;
        }

        /** A duration that this share of all did not exceed, to within a fifth; 0 if there were none. */
        public long quantileNs(double share) {
            long wanted = Math.max(1, (long) Math.ceil(share * count()));
            long seen = 0;
            for (int i = 0; i < BUCKETS; i++) {
                seen += sums[i];
                if (seen >= wanted) {
                    return endNs(i);
                }
            }
            return 0;
        }
    }
}
