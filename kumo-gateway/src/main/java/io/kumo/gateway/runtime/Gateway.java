package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts memcached's clients and spreads them over event loops, each with connections of its own. */
final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    /** How long clients may take for their last answers when the gateway stops, ms. */
    private static final long DRAIN_MS = 2000;

    private static final long DRAIN_POLL_MS = 20;

    private final Vertx vertx;
    private final Clock clock;
    private final Metrics metrics;
    private final GatewayOptions options;
    private final TableHolder tables;
    private final String build;
    private final RpcHandlers noHandlers = new RpcHandlers();
    private NodeSecurity security = NodeSecurity.open();
    private final List<Context> contexts = new ArrayList<>();
    private final List<GatewayLoop> loops = new ArrayList<>();
    private final Listeners listeners;
    private final @Nullable Authenticator authenticator;
    private final @Nullable NearCache nearCache;
    private final AtomicInteger connections = new AtomicInteger();
    private final StatsReport stats;
    private final Set<ClientSession> sessions = ConcurrentHashMap.newKeySet();
    private volatile ClusterFigures figures = ClusterFigures.NONE;
    private volatile boolean stopping;
    private volatile boolean tableExpected;
    private volatile Supplier<String> noTable = ErrorCode.NO_TABLE::text;

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
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        authenticator =
                options.authFile().isEmpty() ? null : new Authenticator(vertx, options.authFile(), Bytes.wrap(secret));
        this.vertx = vertx;
        this.clock = clock;
        this.metrics = metrics;
        this.options = options;
        this.tables = tables;
        this.build = build;
        nearCache = options.nearCache().bytes() == 0 ? null : new NearCache(options.nearCache(), clock);
        for (int i = 0; i < options.eventLoops(); i++) {
            Context context = ((VertxInternal) vertx).createEventLoopContext();
            GatewayLoop loop = new GatewayLoop(this, context, random.nextLong() | 1);
            contexts.add(context);
            loops.add(loop);
            tables.listen(context, loop::onTable);
        }
        listeners = new Listeners(vertx, clock, options, contexts, loops);
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
        NearCache cache = nearCache;
        if (cache != null) {
            metrics.gauge(Meter.NEAR_CACHE_BYTES, cache::bytes);
        }
        if (options.tls().isOn()) {
            metrics.gauge(Meter.TLS_EXPIRY, listeners::secondsToExpiry);
        }
        metrics.gauge(Meter.TABLE_VERSION, tables::version);
    }

    /** How it proves to servers and managers that it is a gateway; before it connects to any. */
    Gateway secure(NodeSecurity newSecurity) {
        security = newSecurity;
        noHandlers.secure(newSecurity);
        return this;
    }

    NodeSecurity security() {
        return security;
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

    /** Who knows why there is no table, asked from any thread. */
    void explainNoTable(Supplier<String> why) {
        noTable = why;
    }

    /** Why there is no table, where there is none. */
    String noTable() {
        return noTable.get();
    }

    /** What managers said of the cluster last. */
    ClusterFigures figures() {
        return figures;
    }

    void setFigures(ClusterFigures newest) {
        figures = newest;
    }

    /** Of all loops; may be looked through on any thread. */
    Set<ClientSession> sessions() {
        return sessions;
    }

    /** Clients now. */
    int connections() {
        return connections.get();
    }

    /** Counts a client in; false if there are too many. */
    boolean admit() {
        int most = options.limits().maxConnections();
        return !stopping && connections.getAndUpdate(count -> count < most ? count + 1 : count) < most;
    }

    void release() {
        connections.decrementAndGet();
    }

    /** A connection, kept, from one event loop to one server or manager. */
    RpcClient connect(Context context, HostPort address) {
        return new RpcClient(vertx, context, address, this::hello, noHandlers, tables::version, RpcLimits.DEFAULT);
    }

    private Hello hello() {
        return new Hello(
                tables.clusterId(), "gateway", options.listeners().get(0).where(), build);
    }

    /**
     * Listens; completes with the address of the first listener, fails with a KumoException whose text says what to do.
     */
    Future<HostPort> listen() {
        return listeners.open().map(done -> listeners.address(0));
    }

    Listeners listeners() {
        return listeners;
    }

    /** Null where there is none. */
    @Nullable
    NearCache nearCache() {
        return nearCache;
    }

    /** Null where nobody has to authenticate. */
    @Nullable
    Authenticator authenticator() {
        return authenticator;
    }

    /**
     * Reads users and certificates again, on SIGHUP; waits for the disk. What is wrong is said, and changes nothing.
     */
    void reload() {
        Authenticator users = authenticator;
        if (users != null) {
            try {
                users.reload();
                LOG.info("users reloaded count={}", users.userCount());
            } catch (KumoException e) {
                LOG.error("users not reloaded, those before count because={}", e.getMessage());
            }
        }
        listeners.reload();
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
            closing.add(listeners.close());
            for (int i = 0; i < loops.size(); i++) {
                GatewayLoop loop = loops.get(i);
                contexts.get(i).runOnContext(onLoop -> loop.close());
            }
            return Future.join(closing).mapEmpty();
        });
    }
}
