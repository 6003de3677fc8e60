package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.dashboard.runtime.Dashboard;
import io.kumo.manager.leader.ClusterStatus;
import io.kumo.manager.leader.Observations;
import io.kumo.manager.leader.RebalanceProgress;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.runtime.GroupOptions;
import io.kumo.membership.runtime.JGroupsMembership;
import io.kumo.node.runtime.AdminServer;
import io.kumo.node.runtime.Figures;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.node.runtime.Node.Stopper;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.runtime.RegisterDriver;
import io.kumo.register.runtime.RegisterOptions;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.table.ClusterTable;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One manager: its parts, put together, started and stopped in order. All but MQTT live on one event loop. */
final class Manager {
    private static final Logger LOG = LoggerFactory.getLogger(Manager.class);
    private static final long PUBLISH_MS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final Clock clock;
    private final ManagerOptions options;
    private final String build;
    private final Stopper stopper;
    private final TableHolder holder = new TableHolder("");
    private final RpcHandlers handlers = new RpcHandlers();
    private final RpcServer rpc;
    private final Peers peers;
    private final MqttBroker broker;
    private final JGroupsMembership membership;
    private final RebalanceProgress progress = new RebalanceProgress();
    private final Dashboard dashboard;
    private @Nullable ControlService control;
    private @Nullable DataDirectory directory;
    private @Nullable RegisterDriver register;
    private volatile @Nullable LeaderDriver driver;
    private @Nullable TablePublisher publisher;
    private boolean warned;
    private long publishTimer = -1;
    private volatile Supplier<Optional<HostPort>> http = Optional::empty;
    private final AtomicInteger connections = new AtomicInteger();

    /** @param options with real ports: no zero but for MQTT */
    Manager(Vertx vertx, Clock clock, NodeSecurity security, ManagerOptions options, String build, Stopper stopper) {
        this.vertx = vertx;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.clock = clock;
        this.options = options;
        this.build = build;
        this.stopper = stopper;
        handlers.secure(security);
        this.rpc = new RpcServer(vertx, this::hello, handlers, holder::version, RpcLimits.DEFAULT);
        this.peers = new Peers(vertx, context, this::hello, handlers, holder::version);
        TicketService tickets = new TicketService(security);
        tickets.serve(handlers);
        this.broker =
                new MqttBroker(vertx, ((VertxInternal) vertx).createEventLoopContext(), security, tickets.tickets());
        this.dashboard = new Dashboard(clock, options.listen(), build, holder::table);
        List<HostPort> groups = options.managers().stream()
                .map(manager ->
                        manager.equals(options.listen()) ? options.groupAddress() : GroupOptions.groupAddress(manager))
                .toList();
        this.membership = new JGroupsMembership(
                context,
                new GroupOptions(
                        new ManagerMember(options.listen()),
                        options.groupAddress(),
                        groups,
                        holder::clusterId,
                        security));
    }

    private Hello hello() {
        return new Hello(holder.clusterId(), "manager", options.listen().toString(), build);
    }

    /** Completes once all ports are bound, with the MQTT port; fails with a text for the user. */
    Future<Integer> start() {
        Path path = options.data().map(Path::of).orElseGet(() -> DataDirectory.usual(options.listen()));
        return vertx.executeBlocking(() -> DataDirectory.open(path, options.listen()), false)
                .compose(opened -> {
                    directory = opened;
                    RegisterOptions settings = RegisterOptions.of(
                            new ManagerVoter(options.listen()), options.managers(), opened.file("register"), false);
                    return onLoop(() -> RegisterDriver.open(vertx, context, settings, holder, peers));
                })
                .compose(opened -> onLoop(() -> serve(opened)))
                .compose(done -> rpc.listen(options.listen(), List.of(context)))
                .compose(port -> broker.listen(options.mqttAddress()))
                .compose(mqttPort -> membership.start().map(mqttPort))
                .compose(mqttPort -> onLoop(() -> {
                    running().start();
                    publishTimer = vertx.setPeriodic(PUBLISH_MS, id -> context.runOnContext(ignored -> publish()));
                    return Future.succeededFuture(mqttPort);
                }));
    }

    private Future<Void> serve(RegisterDriver opened) {
        register = opened;
        LeaderDriver leaderDriver = new LeaderDriver(vertx, context, clock, options, opened, peers);
        driver = leaderDriver;
        TablePublisher tables = new TablePublisher(broker, clock);
        publisher = tables;
        opened.serve(handlers);
        opened.onFatal(failure -> stopper.stop(failure.code(), failure.getMessage()));
        ControlService service = new ControlService(
                options, leaderDriver, opened, peers, progress, clock, () -> Figures.of(clock, build, http.get()));
        service.serve(handlers);
        control = service;
        new VerifyRelay(leaderDriver::table, peers).serve(handlers);
        handlers.onOpen(connection -> connections.incrementAndGet());
        handlers.onClose(connection -> connections.decrementAndGet());
        membership.onChange(leaderDriver::onView);
        peers.onNobodyThere(leaderDriver::onNobodyThere);
        holder.listen(context, table -> {
            warnOfOptions(table);
            leaderDriver.onTable(table);
            peers.retain(table, options.listen());
            dashboard.onEvents(tables.onTable(table), table.version());
        });
        return Future.succeededFuture();
    }

    private void warnOfOptions(ClusterTable table) {
        if (!warned) {
            warned = true;
            if (table.replicas() != options.replicas() || table.partitionCount() != options.partitions()) {
                LOG.info(
                        "the cluster was born with other options: replicas={} partitions={}",
                        table.replicas(),
                        table.partitionCount());
            }
            if (!table.managers().equals(options.managers())) {
                LOG.warn(
                        "the cluster's managers are not those of -l and -p: table={} options={}",
                        table.managers(),
                        options.managers());
            }
        }
    }

    private void publish() {
        ControlService service = control;
        TablePublisher tables = publisher;
        if (service != null && tables != null) {
            Observations seen = running().observe();
            StatusResult status = service.status();
            tables.refresh(seen, status.rebalance());
            dashboard.refresh(status, seen, running().leaderAddress());
        }
    }

    private LeaderDriver running() {
        LeaderDriver known = driver;
        if (known == null) {
            throw new KumoException(ErrorCode.SHUTTING_DOWN);
        }
        return known;
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                action.get().onComplete(done);
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    /** Adds the dashboard. */
    void show(AdminServer admin) {
        dashboard.serve(admin);
    }

    /** @param address where HTTP listens, if it does */
    void register(Metrics metrics, Supplier<Optional<HostPort>> address) {
        http = address;
        metrics.gauge(Meter.TABLE_VERSION, holder::version);
        metrics.gauge(Meter.RPC_CONNECTIONS, connections::get);
        metrics.gauge(Meter.CLIENT_CONNECTIONS, broker::clientCount);
        metrics.gauge(Meter.LEADER, () -> driver != null && running().isLeading() ? 1 : 0);
        metrics.gauge(Meter.MEMBERS, () -> membership.view().managers().size(), "role", "manager");
        metrics.gauge(Meter.MEMBERS, () -> membership.view().servers().size(), "role", "server");
        metrics.gauge(
                Meter.UNDER_REPLICATED,
                () -> holder.table().map(ClusterTable::underReplicated).orElse(0));
        metrics.gauge(
                Meter.PARTITIONS_DOWN,
                () -> holder.table().map(ClusterStatus::down).orElse(0));
        metrics.gauge(
                Meter.REBALANCE_MOVES_LEFT,
                () -> holder.table().map(RebalanceProgress::remaining).orElse(0L));
    }

    Health health() {
        LeaderDriver known = driver;
        Optional<HostPort> leader = known == null ? Optional.empty() : known.leaderAddress();
        Health health = leader.isPresent() ? Health.serving() : Health.not("no manager leads yet");
        return health.with("leader", leader.map(HostPort::toString).orElse(""))
                .with("cluster", holder.clusterId())
                .with("tableVersion", holder.version())
                .with("managers", membership.view().managers().size())
                .with("servers", membership.view().servers().size());
    }

    Future<Void> stop() {
        return onLoop(() -> {
                    vertx.cancelTimer(publishTimer);
                    LeaderDriver known = driver;
                    if (known != null) {
                        known.close();
                    }
                    return Future.<Void>succeededFuture();
                })
                .compose(done -> Future.join(membership.close(), broker.close(), rpc.close()))
                .compose(done -> {
                    RegisterDriver opened = register;
                    return opened == null ? Future.<Void>succeededFuture() : opened.close();
                })
                .compose(done -> onLoop(() -> {
                    peers.close();
                    return Future.<Void>succeededFuture();
                }))
                .eventually(this::closeDirectory);
    }

    private Future<Void> closeDirectory() {
        DataDirectory opened = directory;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.debug("cannot close the lock file", e);
            }
        }
        return Future.succeededFuture();
    }
}
