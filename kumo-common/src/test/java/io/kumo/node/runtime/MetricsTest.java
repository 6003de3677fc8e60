package io.kumo.node.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.LoadMessages.LatencyBucket;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void showsCountersGaugesAndHistogramsWithTheirHelp() {
        try (Metrics metrics = new Metrics()) {
            metrics.counter(Meter.OPERATIONS, () -> 12, "kind", "get", "outcome", "hit");
            metrics.gauge(Meter.LOG_BYTES, () -> 4096);
            Latency first = metrics.latency(Meter.OPERATION_LATENCY, "kind", "get");
            Latency second = metrics.latency(Meter.OPERATION_LATENCY, "kind", "get");
            first.record(20_000);
            second.record(3_000_000);
            String text = metrics.scrape();
            assertTrue(text.contains("kumo_operations_total{kind=\"get\",outcome=\"hit\"} 12.0"), text);
            assertTrue(text.contains("# HELP kumo_operations_total Operations by kind and outcome"), text);
            assertTrue(text.contains("kumo_log_size_bytes 4096.0"), text);
            assertTrue(text.contains("kumo_operation_latency_seconds_bucket{kind=\"get\",le=\"3.2768E-5\"} 1"), text);
            assertTrue(text.contains("kumo_operation_latency_seconds_count{kind=\"get\"} 2"), text);
            assertTrue(text.contains("jvm_memory_used_bytes"), text);
        }
    }

    @Test
    void refusesAMeterOfAnotherKind() {
        try (Metrics metrics = new Metrics()) {
            assertThrows(IllegalStateException.class, () -> metrics.gauge(Meter.OPERATIONS, () -> 1));
        }
    }

    @Test
    void hasEachMeterOnce() {
        Set<String> ids = new HashSet<>();
        for (Meter meter : Meter.values()) {
            assertTrue(ids.add(meter.id()), meter.id());
            assertTrue(!meter.help().isEmpty() && meter.id().startsWith("kumo."), meter.id());
        }
    }

    @Test
    void bucketsAreThoseThatCountedSomethingOfAllHistograms() {
        Latency one = new Latency();
        Latency other = new Latency();
        one.record(20_000);
        other.record(20_000);
        other.record(3_000_000);
        Latency.Snapshot sum = one.snapshot();
        sum.add(other);
        List<LatencyBucket> buckets = sum.buckets();
        assertEquals(List.of(2L, 1L), buckets.stream().map(LatencyBucket::count).toList());
        assertTrue(buckets.get(0).endNs() > 20_000 && buckets.get(0).endNs() < 25_000, buckets::toString);
        assertEquals(buckets.get(1).endNs(), sum.quantileNs(1));
    }

    @Test
    void everyDurationIsInTheBucketThatEndsBehindIt() {
        for (long ns = 1; ns < 1L << 34; ns += 1 + ns / 7) {
            int bucket = Latency.bucketOf(ns);
            assertTrue(ns < Latency.endNs(bucket), ns + " in " + bucket);
            assertTrue(bucket == 0 || ns >= Latency.endNs(bucket - 1), ns + " in " + bucket);
        }
        assertEquals(0, Latency.bucketOf(-5));
        assertEquals(Latency.BUCKETS - 1, Latency.bucketOf(Long.MAX_VALUE));
    }

    @Test
    void quantilesAreRightToWithinAFifth() {
        Latency latency = new Latency();
        for (int i = 1; i <= 1000; i++) {
            latency.record(i * 1_000_000L);
        }
        Latency.Snapshot snapshot = latency.snapshot();
        assertEquals(1000, snapshot.count());
        assertEquals(500_500_000_000L, snapshot.sumNs());
        assertEquals(500e6, (double) snapshot.quantileNs(0.5), 125e6);
        assertEquals(990e6, (double) snapshot.quantileNs(0.99), 250e6);
    }

    @Test
    void aCounterGoesOnAfterAGarbageCollection() {
        try (Metrics metrics = new Metrics()) {
            AtomicLong retries = new AtomicLong();
            metrics.counter(Meter.RETRIES, () -> retries.get());
            WeakReference<Object> canary = new WeakReference<>(new Object());
            await().until(() -> {
                System.gc();
                return canary.get() == null;
            });
            retries.set(7);
            assertTrue(metrics.scrape().contains("kumo_retries_total 7.0\n"), metrics.scrape());
        }
    }
}
