package io.kumo.node.runtime;

import io.kumo.base.Check;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * All meters of a process. What counts often is a plain field or a LongAdder of its owner, read when somebody scrapes:
 * an operation pays nothing for it.
 */
public final class Metrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics pauses = new JvmGcMetrics();
    /** Micrometer forgets a counter that nobody else holds, and goes on with the last value. */
    private final List<LongSupplier> counters = new CopyOnWriteArrayList<>();

    private final Map<Meter, LatencyCollector> latencies = new EnumMap<>(Meter.class);

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        pauses.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private static void check(Meter meter, Meter.Kind kind) {
        Check.invariant(meter.kind() == kind, "%s is not a %s", meter, kind);
    }

    /**
     * Registers a counter that somebody else keeps. Counters with equal labels: the first one counts.
     *
     * @param labels name, value, name, value …
     */
    public void counter(Meter meter, LongSupplier value, String... labels) {
        check(meter, Meter.Kind.COUNTER);
        counters.add(value);
        FunctionCounter.Builder<LongSupplier> counter =
                FunctionCounter.builder(meter.id(), value, LongSupplier::getAsLong);
        if (!meter.unit().isEmpty()) {
            counter.baseUnit(meter.unit());
        }
        counter.description(meter.help()).tags(labels).register(registry);
    }

    /** Registers a value that somebody else keeps; asked on any thread. */
    public void gauge(Meter meter, DoubleSupplier value, String... labels) {
        check(meter, Meter.Kind.GAUGE);
        Gauge.Builder<?> gauge = Gauge.builder(meter.id(), value::getAsDouble);
        if (!meter.unit().isEmpty()) {
            gauge.baseUnit(meter.unit());
        }
        gauge.description(meter.help()).tags(labels).register(registry);
    }

    /** A histogram to record into, one for each recording thread; those with equal labels are added up. */
    public synchronized Latency latency(Meter meter, String... labels) {
        check(meter, Meter.Kind.LATENCY);
        LatencyCollector collector = latencies.get(meter);
        if (collector == null) {
            collector = new LatencyCollector(meter);
            latencies.put(meter, collector);
            registry.getPrometheusRegistry().register(collector);
        }
        return collector.add(labels);
    }

    /** Everything as Prometheus wants it. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        pauses.close();
        registry.close();
    }
}
