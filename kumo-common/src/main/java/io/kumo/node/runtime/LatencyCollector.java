package io.kumo.node.runtime;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All {@link Latency} histograms of one meter, as Prometheus wants them: a bucket for each doubling from 16 us on. */
final class LatencyCollector implements Collector {
    /** From this bucket on, every fourth end is shown. */
    private static final int FIRST_SHOWN = 16;

    private static final double NS_PER_SECOND = 1e9;

    private final Meter meter;
    private final Map<Labels, List<Latency>> histograms = new ConcurrentHashMap<>();

    LatencyCollector(Meter meter) {
        this.meter = meter;
    }

    Latency add(String... labels) {
        Latency latency = new Latency();
        histograms
                .computeIfAbsent(Labels.of(labels), unknown -> new CopyOnWriteArrayList<>())
                .add(latency);
        return latency;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder all = HistogramSnapshot.builder()
                .name(prometheusName())
                .help(meter.help())
                .unit(Unit.SECONDS);
        histograms.forEach((labels, parts) -> all.dataPoint(point(labels, parts)));
        return all.build();
    }

    private String prometheusName() {
        return meter.id().replace('.', '_') + "_seconds";
    }

    private static HistogramDataPointSnapshot point(Labels labels, List<Latency> parts) {
        Latency.Snapshot sum = new Latency.Snapshot();
        parts.forEach(sum::add);
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long count = 0;
        for (int i = 0; i < Latency.BUCKETS; i++) {
            count += sum.countOf(i);
            boolean shown = i >= FIRST_SHOWN && i % 4 == 0;
            if (i == Latency.BUCKETS - 1) {
                buckets.bucket(Double.POSITIVE_INFINITY, count);
            } else if (shown) {
                buckets.bucket(Latency.endNs(i) / NS_PER_SECOND, count);
                count = 0;
            }
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(buckets.build())
                .sum(sum.sumNs() / NS_PER_SECOND)
                .build();
    }
}
