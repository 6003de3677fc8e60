package io.kumo.server.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.ParsedOptions;
import io.kumo.node.runtime.FileCheck;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Node;
import io.kumo.node.runtime.NodeMain;
import io.kumo.protocol.Role;
import io.kumo.table.ClusterTable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program kumo-server. */
public final class ServerMain extends NodeMain {
    private static final int HTTP_PORT = 19880;
    private static final long DRAIN_MS = 1_000;
    private static final long HAND_OVER_MS = 1_500;
    private static final long POLL_MS = 20;

    private volatile @Nullable DataNode data;
    private volatile @Nullable ClusterLinks links;
    private volatile @Nullable ServerMetrics metrics;

    public ServerMain() {
        super("kumo-server", "Keeps the data of a kumo cluster, together with other servers.", ServerOptions.specs());
    }

    public static void main(String[] arguments) {
        new ServerMain().run(arguments);
    }

    @Override
    protected Role role() {
        return Role.SERVER;
    }

    @Override
    protected List<HostPort> listens(ParsedOptions options) {
        return List.of(options.value(ServerOptions.LISTEN));
    }

    @Override
    protected int httpPort() {
        return HTTP_PORT;
    }

    @Override
    protected int eventLoops(ParsedOptions options) {
        return serverOptions(options).shards();
    }

    private static ServerOptions serverOptions(ParsedOptions options) {
        Runtime host = Runtime.getRuntime();
        return ServerOptions.of(options, host.maxMemory(), host.availableProcessors());
    }

    @Override
    protected void validate(ParsedOptions options) {
        serverOptions(options);
    }

    @Override
    protected void checkFiles(ParsedOptions options) {
        FileCheck.writableDirectory(ServerOptions.STORE, options.value(ServerOptions.STORE));
    }

    @Override
    protected Future<String> start(Node node) {
        ServerOptions options = serverOptions(node.options());
        DataNode opened = new DataNode(node, options);
        data = opened;
        ClusterLinks cluster = new ClusterLinks(opened);
        links = cluster;
        metrics = new ServerMetrics(opened, cluster);
        return cluster.open()
                .compose(ignored -> opened.start(cluster::kept))
                .compose(address -> cluster.start().map(ignored -> ready(opened, address)));
    }

    private static String ready(DataNode opened, HostPort address) {
        return "listening on " + address + ", data in " + opened.options().store() + ", server id "
                + opened.storage().directory().serverId();
    }

    /**
     * Others take over first, while this server still serves: its managers hear of it, and it goes on until the newest
     * table gives its partitions to others, who need not wait for its leases then. Only after that are operations
     * refused, and the group left.
     */
    @Override
    protected Future<Void> stop() {
        DataNode opened = data;
        ClusterLinks cluster = links;
        if (opened == null || cluster == null) {
            return opened == null ? Future.succeededFuture() : opened.close();
        }
        boolean canHandOver = cluster.canHandOver();
        Vertx vertx = opened.node().vertx();
        cluster.announceStop();
        return (canHandOver ? handedOver(opened, vertx) : Future.<Void>succeededFuture())
                .compose(ignored -> opened.stopServing(DRAIN_MS))
                .compose(ignored -> cluster.leave())
                .compose(ignored -> cluster.close())
                .transform(ignored -> opened.close());
    }

    private static Future<Void> handedOver(DataNode opened, Vertx vertx) {
        Promise<Void> done = Promise.promise();
        long until = opened.node().clock().monotonicNs() + HAND_OVER_MS * 1_000_000;
        vertx.setPeriodic(POLL_MS, timer -> {
            if (!isPrimaryOfAnything(opened) || opened.node().clock().monotonicNs() - until > 0) {
                vertx.cancelTimer(timer);
                done.tryComplete();
            }
        });
        return done.future();
    }

    private static boolean isPrimaryOfAnything(DataNode opened) {
        ClusterTable table = opened.tables().orNull();
        return table != null
                && opened.feed().isTakingPart()
                && table.partitions().stream()
                        .anyMatch(row ->
                                row.isPrimary(opened.storage().directory().serverId()));
    }

    @Override
    protected Health health() {
        DataNode opened = data;
        ServerMetrics known = metrics;
        return opened == null || known == null ? Health.not("starting") : known.health();
    }
}
