package io.kumo.ctl.runtime;

import io.kumo.ctl.BenchPlan;
import io.kumo.ctl.BenchReport;
import io.kumo.ctl.BenchReport.ProcessUse;
import io.kumo.ctl.BenchValues;
import io.kumo.ctl.KeyChooser;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Drives a gateway (or memcached itself) with a closed loop of gets and sets and checks every value. Everything runs on
 * one event loop; {@link #run} is called once.
 */
final class BenchRunner {
    private static final long SLOWEST_NS = TimeUnit.MINUTES.toNanos(2);
    private static final long DRAIN_MS = 10_000;

    private final Vertx vertx;
    /** Kept: Vert.x closes the connections of a client that is garbage. */
    private final NetClient client;

    private final Context context;
    private final GatewayAccess gateway;
    private final BenchPlan plan;
    private final List<Long> pids;
    private final BenchValues values;
    private final KeyChooser chooser;
    private final List<BenchConnection> connections = new ArrayList<>();
    private final Histogram latencies = new Histogram(SLOWEST_NS, 3);
    private final Promise<BenchReport> report = Promise.promise();

    private Phase phase = Phase.LOAD;
    private int nextLoadKey;
    private long versions = System.currentTimeMillis() << 20;
    private long startedNs;
    private long gets;
    private long sets;
    private long errors;
    private long wrong;
    private long misses;
    private List<ProcessUse> usedBefore = List.of();

    private enum Phase {
        LOAD,
        WARM_UP,
        MEASURE,
        DRAIN
    }

    BenchRunner(Vertx vertx, GatewayAccess gateway, BenchPlan plan, List<Long> pids) {
        this.vertx = vertx;
        this.gateway = gateway;
        this.client = vertx.createNetClient(gateway.clientOptions());
        this.context = vertx.getOrCreateContext();
        this.plan = plan;
        this.pids = pids;
        this.values = new BenchValues("bench", plan.valueBytes());
        this.chooser = new KeyChooser(plan.keyCount(), plan.zipf(), 1);
    }

    Future<BenchReport> run() {
        context.runOnContext(onLoop -> connect());
        return report.future();
    }

    private void connect() {
        List<Future<Void>> opened = new ArrayList<>();
        for (int i = 0; i < plan.connectionCount(); i++) {
            opened.add(client.connect(plan.target().port(), plan.target().host())
                    .compose(gateway::greet)
                    .map(socket -> {
                        connections.add(new BenchConnection(this, socket, plan.depth()));
                        return null;
                    }));
        }
        Future.all(opened)
                .onSuccess(all -> {
                    phase = plan.load() ? Phase.LOAD : Phase.WARM_UP;
                    if (!plan.load()) {
                        vertx.setTimer(Math.max(1, plan.warmupSeconds() * 1000L), timer -> measure());
                    }
                    connections.forEach(BenchConnection::fill);
                })
                .onFailure(failure -> report.tryFail(gateway.failure(failure)));
    }

    /** The next operation of a connection: fills {@code operation}; false if there is none. */
    boolean next(BenchOperation operation) {
        switch (phase) {
            case LOAD:
                if (nextLoadKey >= plan.keyCount()) {
                    return false;
                }
                operation.set(nextLoadKey++, false, ++versions);
                return true;
            case WARM_UP:
            case MEASURE:
                boolean read = chooser.isRead(plan.readShare());
                operation.set(chooser.next(), read, read ? 0 : ++versions);
                return true;
            default:
                return false;
        }
    }

    BenchValues values() {
        return values;
    }

    void onDone(BenchOperation operation, BenchOutcome outcome) {
        if (phase == Phase.MEASURE) {
            latencies.recordValue(Math.min(SLOWEST_NS, System.nanoTime() - operation.startedNs()));
            if (operation.isRead()) {
                gets++;
            } else {
                sets++;
            }
        }
        switch (outcome) {
            case ERROR:
                errors++;
                break;
            case WRONG:
                wrong++;
                break;
            case MISS:
                misses++;
                break;
            default:
                break;
        }
    }

    /** A connection has nothing outstanding and got nothing to do. */
    void onIdle() {
        if (connections.stream().anyMatch(BenchConnection::isBusy)) {
            return;
        }
        if (phase == Phase.LOAD) {
            phase = Phase.WARM_UP;
            vertx.setTimer(Math.max(1, plan.warmupSeconds() * 1000L), timer -> measure());
            connections.forEach(BenchConnection::fill);
        } else if (phase == Phase.DRAIN) {
            connections.forEach(BenchConnection::close);
        }
    }

    void onLost(int outstanding) {
        errors += outstanding;
        if (phase != Phase.DRAIN) {
            report.tryFail(new KumoException(
                    ErrorCode.CONNECTION_LOST, plan.target() + " closed a connection: the benchmark ends"));
        }
    }

    private void measure() {
        gets = 0;
        sets = 0;
        latencies.reset();
        usedBefore = ProcessMeter.use(pids);
        startedNs = System.nanoTime();
        phase = Phase.MEASURE;
        vertx.setTimer(plan.seconds() * 1000L, timer -> finish());
    }

    private void finish() {
        long nanos = System.nanoTime() - startedNs;
        phase = Phase.DRAIN;
        List<ProcessUse> used = new ArrayList<>();
        for (ProcessUse now : ProcessMeter.use(pids)) {
            for (ProcessUse before : usedBefore) {
                if (before.pid() == now.pid()) {
                    double cpu = now.cpuSeconds() - before.cpuSeconds();
                    used.add(new ProcessUse(now.name(), now.pid(), cpu, now.rssBytes()));
                }
            }
        }
        report.tryComplete(new BenchReport(
                plan,
                nanos,
                gets,
                sets,
                errors,
                wrong,
                misses,
                latencies.getValueAtPercentile(50) / 1e6,
                latencies.getValueAtPercentile(99) / 1e6,
                latencies.getValueAtPercentile(99.9) / 1e6,
                latencies.getMaxValue() / 1e6,
                used));
        vertx.setTimer(DRAIN_MS, timer -> connections.forEach(BenchConnection::close));
    }
}
