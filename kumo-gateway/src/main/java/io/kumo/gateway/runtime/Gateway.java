package io.kumo.gateway.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Accepts memcached's clients on one port and spreads them over event loops, each with connections of its own. */
final class Gateway {
    private static final int BACKLOG = 1024;
    private static final int PROTOCOL_VERSION = 1;
    /** Any free port, the same one for all loops: Vert.x shares it among them. */
    private static final int SHARED_FREE_PORT = -1;
    /** How long clients may take for their last answers when the gateway stops, ms. */
    private static final long DRAIN_MS = 2000;

    private static final long DRAIN_POLL_MS = 20;
    private static final RpcHandlers NO_HANDLERS = new RpcHandlers();

    private final Vertx vertx;
    private final Clock clock;
    private final Metrics metrics;
    private final GatewayOptions options;
    private final TableHolder tables;
    private final String build;
    private final List<Context> contexts = new ArrayList<>();
    private final List<GatewayLoop> loops = new ArrayList<>();
    private final List<NetServer> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final StatsReport stats;
    private volatile boolean stopping;
    private volatile boolean tableExpected;

    /**
     * @param tables the newest table; whoever makes the gateway keeps it so
     * @param random gives each event loop the id of its session
     */
    Gateway(
            Vertx vertx,
            Clock clock,
            Metrics metrics,
            GatewayOptions options,
            TableHolder tables,
            String build,
            RandomGenerator random) {
        this.vertx = vertx;
        this.clock = clock;
        this.metrics = metrics;
        this.options = options;
        this.tables = tables;
        this.build = build;
        for (int i = 0; i < options.eventLoops(); i++) {
            Context context = ((VertxInternal) vertx).createEventLoopContext();
            GatewayLoop loop = new GatewayLoop(this, context, random.nextLong() | 1);
            contexts.add(context);
            loops.add(loop);
            tables.listen(context, loop::onTable);
        }
        stats = new StatsReport(this);
        registerMeters();
    }

    private void registerMeters() {
        for (Count count : Count.values()) {
            if (count.meter() != null) {
                metrics.counter(count.meter(), () -> stats.total(count), count.labels());
            }
        }
        metrics.gauge(Meter.CLIENT_CONNECTIONS, connections::get);
        metrics.gauge(Meter.IN_FLIGHT, stats::flying);
        metrics.gauge(Meter.TABLE_VERSION, tables::version);
    }

    GatewayOptions options() {
        return options;
    }

    Clock clock() {
        return clock;
    }

    Metrics metrics() {
        return metrics;
    }

    TableHolder tables() {
        return tables;
    }

    String build() {
        return build;
    }

    StatsReport stats() {
        return stats;
    }

    List<GatewayLoop> loops() {
        return loops;
    }

    /** While a first table may come any moment, operations wait for it. */
    void expectTable(boolean expected) {
        tableExpected = expected;
    }

    boolean isTableExpected() {
        return tableExpected;
    }

    /** Clients now. */
    int connections() {
        return connections.get();
    }

    /** Counts a client in; false if there are too many. */
    boolean admit() {
        if (connections.incrementAndGet() > options.maxConnections() || stopping) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void release() {
        connections.decrementAndGet();
    }

    /** A connection, kept, from one event loop to one server or manager. */
    RpcClient connect(Context context, HostPort address) {
        return new RpcClient(vertx, context, address, this::hello, NO_HANDLERS, tables::version, RpcLimits.DEFAULT);
    }

    private Hello hello() {
        return new Hello(
                PROTOCOL_VERSION,
                tables.clusterId(),
                "gateway",
                options.listen().toString(),
                build);
    }

    /** Listens; completes with the address, fails with a KumoException whose text says what to do. */
    Future<HostPort> listen() {
        return listenOn(0).compose(port -> {
            List<Future<Integer>> others = new ArrayList<>();
            for (int i = 1; i < loops.size(); i++) {
                others.add(listenOn(i));
            }
            return Future.all(others).map(options.listen().withPort(port));
        });
    }

    private Future<Integer> listenOn(int index) {
        HostPort address = options.listen();
        boolean shared = loops.size() > 1 && address.port() == 0;
        NetServerOptions socket = new NetServerOptions()
                .setHost(address.host())
                .setPort(shared ? SHARED_FREE_PORT : address.port())
                .setAcceptBacklog(BACKLOG)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setReuseAddress(true);
        Promise<Integer> port = Promise.promise();
        contexts.get(index).runOnContext(onLoop -> {
            NetServer server = vertx.createNetServer(socket);
            listeners.add(server);
            server.connectHandler(loops.get(index)::accept);
            server.listen()
                    .onComplete(
                            listening -> port.complete(listening.actualPort()),
                            failure -> port.fail(new KumoException(
                                    ErrorCode.REFUSED,
                                    "cannot listen on " + address + ": " + Failures.reason(failure),
                                    failure)));
        });
        return port.future();
    }

    /** Takes no more commands, answers those under way, closes everything. */
    Future<Void> close() {
        stopping = true;
        long untilNs = clock.monotonicNs() + DRAIN_MS * 1_000_000;
        for (int i = 0; i < loops.size(); i++) {
            GatewayLoop loop = loops.get(i);
            contexts.get(i).runOnContext(onLoop -> loop.stopSessions());
        }
        Promise<Void> drained = Promise.promise();
        vertx.setPeriodic(DRAIN_POLL_MS, timer -> {
            if (connections.get() == 0 || clock.monotonicNs() - untilNs > 0) {
                vertx.cancelTimer(timer);
                drained.tryComplete();
            }
        });
        return drained.future().compose(done -> {
            List<Future<Void>> closing = new ArrayList<>();
            listeners.forEach(server -> closing.add(server.close()));
            for (int i = 0; i < loops.size(); i++) {
                GatewayLoop loop = loops.get(i);
                contexts.get(i).runOnContext(onLoop -> loop.close());
            }
            return Future.join(closing).mapEmpty();
        });
    }
}
