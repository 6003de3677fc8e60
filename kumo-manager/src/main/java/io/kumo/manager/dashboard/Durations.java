package io.kumo.manager.dashboard;

import io.kumo.protocol.LoadMessages.LatencyBucket;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long operations took: histograms as servers report them, put together from any buckets. */
final class Durations {
    private Durations() {}

    static long count(List<LatencyBucket> buckets) {
        return buckets.stream().mapToLong(LatencyBucket::count).sum();
    }

    /** What was counted after {@code before}, by the same process. */
    static List<LatencyBucket> since(List<LatencyBucket> before, List<LatencyBucket> now) {
        TreeMap<Long, Long> counts = new TreeMap<>();
        now.forEach(bucket -> counts.merge(bucket.endNs(), bucket.count(), Long::sum));
        before.forEach(bucket -> counts.merge(bucket.endNs(), -bucket.count(), Long::sum));
        return positive(counts);
    }

    static List<LatencyBucket> sum(Collection<List<LatencyBucket>> parts) {
        TreeMap<Long, Long> counts = new TreeMap<>();
        parts.forEach(part -> part.forEach(bucket -> counts.merge(bucket.endNs(), bucket.count(), Long::sum)));
        return positive(counts);
    }

    private static List<LatencyBucket> positive(Map<Long, Long> counts) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> new LatencyBucket(entry.getKey(), entry.getValue()))
                .toList();
    }

    /**
     * A duration that this share of all did not exceed, in microseconds; 0 if there were none.
     *
     * @param buckets shortest first
     */
    static long quantileUs(List<LatencyBucket> buckets, double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * count(buckets)));
        long seen = 0;
        for (LatencyBucket bucket : buckets) {
            seen += bucket.count();
            if (seen >= wanted) {
                return bucket.endNs() / 1_000;
            }
        }
        return 0;
    }
}
