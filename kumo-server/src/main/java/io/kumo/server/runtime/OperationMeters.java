package io.kumo.server.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.node.runtime.Latency;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the operations of one event loop by kind and outcome. The loop alone counts, so that no atomic addition is
 * needed; others read.
 */
final class OperationMeters {
    /** Outcomes of one kind of write: a column each. */
    private static final int COLUMNS = 16;

    private static final int ERRORS = 64;

    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();
    private final AtomicLongArray writes = new AtomicLongArray((WriteKind.values().length + 1) * COLUMNS);
    private final AtomicLongArray getErrors = new AtomicLongArray(ERRORS);
    private final AtomicLongArray writeErrors = new AtomicLongArray(ERRORS);
    private final AtomicLong inFlight = new AtomicLong();
    private final Latency getLatency;
    private final Latency writeLatency;

    OperationMeters(Metrics metrics) {
        getLatency = metrics.latency(Meter.OPERATION_LATENCY, "kind", "get");
        writeLatency = metrics.latency(Meter.OPERATION_LATENCY, "kind", "write");
    }

    /** Operations that were answered so far. */
    long done() {
        long done = hits.get() + misses.get();
        for (int i = 0; i < writes.length(); i++) {
            done += writes.get(i);
        }
        return done;
    }

    /** Shows the sums of all event loops. */
    static void register(Metrics metrics, List<OperationMeters> all) {
        metrics.gauge(
                Meter.IN_FLIGHT,
                () -> all.stream().mapToLong(OperationMeters::inFlight).sum());
        metrics.counter(
                Meter.OPERATIONS,
                () -> all.stream().mapToLong(each -> each.hits.get()).sum(),
                "kind",
                "get",
                "outcome",
                "hit");
        metrics.counter(
                Meter.OPERATIONS,
                () -> all.stream().mapToLong(each -> each.misses.get()).sum(),
                "kind",
                "get",
                "outcome",
                "miss");
        for (WriteKind kind : WriteKind.values()) {
            for (WriteStatus status : WriteStatus.values()) {
                int at = kind.number() * COLUMNS + status.number();
                metrics.counter(
                        Meter.OPERATIONS,
                        () -> all.stream()
                                .mapToLong(each -> each.writes.get(at))
                                .sum(),
                        "kind",
                        word(kind),
                        "outcome",
                        word(status));
            }
        }
        for (ErrorCode code : ErrorCode.values()) {
            metrics.counter(
                    Meter.OPERATIONS,
                    () -> all.stream()
                            .mapToLong(each -> each.getErrors.get(code.number()))
                            .sum(),
                    "kind",
                    "get",
                    "outcome",
                    "error_" + word(code));
            metrics.counter(
                    Meter.OPERATIONS,
                    () -> all.stream()
                            .mapToLong(each -> each.writeErrors.get(code.number()))
                            .sum(),
                    "kind",
                    "write",
                    "outcome",
                    "error_" + word(code));
        }
    }

    /** The sums of all event loops. From any thread. */
    static ServerLoad load(List<OperationMeters> all, long lag) {
        Latency.Snapshot reads = new Latency.Snapshot();
        Latency.Snapshot writes = new Latency.Snapshot();
        long errors = 0;
        long inFlight = 0;
        for (OperationMeters each : all) {
            reads.add(each.getLatency);
            writes.add(each.writeLatency);
            for (int code = 0; code < ERRORS; code++) {
                errors += each.getErrors.get(code) + each.writeErrors.get(code);
            }
            inFlight += each.inFlight();
        }
        return new ServerLoad(reads.buckets(), writes.buckets(), errors, inFlight, lag);
    }

    /** Reads that were answered. From any thread, as what follows. */
    long gets() {
        return hits.get() + misses.get();
    }

    /** Writes that were answered, but for deletes. */
    long sets() {
        long sum = 0;
        for (WriteKind kind : WriteKind.values()) {
            sum += kind == WriteKind.DELETE ? 0 : answered(kind);
        }
        return sum;
    }

    long deletes() {
        return answered(WriteKind.DELETE);
    }

    private long answered(WriteKind kind) {
        long sum = 0;
        for (int column = 0; column < COLUMNS; column++) {
            sum += writes.get(kind.number() * COLUMNS + column);
        }
        return sum;
    }

    List<Latency> latencies() {
        return List.of(getLatency, writeLatency);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    void began() {
        inFlight.lazySet(inFlight.get() + 1);
    }

    void got(boolean found, long elapsedNs) {
        AtomicLong counter = found ? hits : misses;
        counter.lazySet(counter.get() + 1);
        ended();
        getLatency.record(elapsedNs);
    }

    void getFailed(ErrorCode code) {
        add(getErrors, code.number());
        ended();
    }

    void wrote(WriteKind kind, WriteStatus status, long elapsedNs) {
        add(writes, kind.number() * COLUMNS + status.number());
        ended();
        writeLatency.record(elapsedNs);
    }

    void writeFailed(ErrorCode code) {
        add(writeErrors, code.number());
        ended();
    }

    private static void add(AtomicLongArray counts, int at) {
        counts.lazySet(at, counts.get(at) + 1);
    }

    private void ended() {
        inFlight.lazySet(inFlight.get() - 1);
    }

    /** Operations that wait for their answer. From any thread. */
    long inFlight() {
        return inFlight.get();
    }
}
