package io.kumo.gateway.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.config.ParsedOptions;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Node;
import io.kumo.node.runtime.NodeMain;
import io.kumo.node.runtime.SystemClock;
import io.kumo.protocol.Role;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** kumo-gateway. It listens at once; until it has a partition table it answers with an error that says so. */
public final class GatewayMain extends NodeMain {
    private static final int HTTP_PORT = 11480;
    /** Beside the loops of clients: one for the table and HTTP. */
    private static final int OTHER_LOOPS = 1;

    private volatile @Nullable Gateway gateway;
    private volatile @Nullable TableSource source;

    public GatewayMain() {
        super("kumo-gateway", "The gateway of kumo: memcached's protocol for applications.", GatewayOptions.SPECS);
    }

    public static void main(String[] arguments) {
        new GatewayMain().run(arguments);
    }

    @Override
    protected Role role() {
        return Role.GATEWAY;
    }

    @Override
    protected List<HostPort> listens(ParsedOptions options) {
        return GatewayOptions.of(options).listeners().stream()
                .filter(listener -> !listener.isUnix())
                .map(ListenerOptions::address)
                .toList();
    }

    @Override
    protected int httpPort() {
        return HTTP_PORT;
    }

    @Override
    protected int eventLoops(ParsedOptions options) {
        return GatewayOptions.of(options).eventLoops() + OTHER_LOOPS;
    }

    @Override
    protected void validate(ParsedOptions options) {
        GatewayOptions.of(options);
    }

    @Override
    protected void checkFiles(ParsedOptions options) {
        TlsOptions tls = GatewayOptions.of(options).tls();
        if (tls.isOn()) {
            TlsFiles.read(tls, SystemClock.INSTANCE.wallMs());
        }
        if (!options.value(GatewayOptions.AUTH_FILE).isEmpty()) {
            Authenticator.check(options.value(GatewayOptions.AUTH_FILE));
        }
    }

    @Override
    protected Future<String> start(Node node) {
        GatewayOptions options = GatewayOptions.of(node.options());
        Gateway made = new Gateway(
                node.vertx(),
                node.clock(),
                node.metrics(),
                options,
                new TableHolder(""),
                node.build(),
                new SecureRandom());
        made.secure(node.security());
        gateway = made;
        return made.listen().map(address -> {
            long pid = ProcessHandle.current().pid();
            TableSource tables = new TableSource(node.vertx(), made, "gateway-" + address + "-" + pid);
            source = tables;
            tables.start();
            return "memcached protocol on " + made.listeners().text() + ", managers " + options.managers();
        });
    }

    @Override
    protected void reload() {
        Gateway listening = gateway;
        if (listening != null) {
            listening.reload();
        }
    }

    @Override
    protected Future<Void> stop() {
        Gateway listening = gateway;
        TableSource tables = source;
        Future<Void> drained = listening == null ? Future.succeededFuture() : listening.close();
        return drained.eventually(() -> tables == null ? Future.succeededFuture() : tables.close());
    }

    @Override
    protected Health health() {
        Gateway listening = gateway;
        TableSource tables = source;
        if (listening == null || tables == null) {
            return Health.not("starting");
        }
        boolean serves = listening
                .tables()
                .table()
                .filter(table -> !table.servers().isEmpty())
                .isPresent();
        Health health = serves ? Health.serving() : Health.not(listening.noTable());
        return health.with("tableVersion", listening.tables().version())
                .with("cluster", listening.tables().clusterId())
                .with("managers", tables.connected())
                .with("connections", listening.connections())
                .with("inFlight", listening.stats().flying());
    }
}
