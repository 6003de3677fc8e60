package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.ParsedOptions;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.FileCheck;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Node;
import io.kumo.node.runtime.NodeMain;
import io.kumo.protocol.Role;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code kumo-manager}. */
public final class ManagerMain extends NodeMain {
    private volatile @Nullable Manager manager;

    public ManagerMain() {
        super(
                "kumo-manager",
                "Manages a kumo cluster: knows which servers are there and decides where the data lies.",
                ManagerOptions.ALL);
    }

    public static void main(String[] arguments) {
        new ManagerMain().run(arguments);
    }

    @Override
    protected Role role() {
        return Role.MANAGER;
    }

    @Override
    protected List<HostPort> listens(ParsedOptions options) {
        return List.of(options.value(ManagerOptions.LISTEN));
    }

    @Override
    protected int httpPort() {
        return ManagerOptions.HTTP_PORT;
    }

    @Override
    protected int eventLoops(ParsedOptions options) {
        return 2;
    }

    @Override
    protected void validate(ParsedOptions options) {
        ManagerOptions.of(options);
    }

    @Override
    protected void checkFiles(ParsedOptions options) {
        options.value(ManagerOptions.DATA)
                .ifPresent(directory -> FileCheck.writableDirectory(ManagerOptions.DATA, directory));
    }

    @Override
    protected Future<String> start(Node node) {
        ManagerOptions options = withRealPorts(ManagerOptions.of(node.options()));
        Manager made = new Manager(node.vertx(), node.clock(), node.security(), options, node.build(), node.stopper());
        manager = made;
        made.register(node.metrics(), node.admin()::address);
        made.show(node.admin());
        return made.start()
                .map(mqttPort -> "RPC on " + options.listen() + ", MQTT on "
                        + options.listen().withPort(mqttPort) + ", group on " + options.groupAddress());
    }

    /** The address is the manager's name, so a free port has to be found before anything else. */
    private static ManagerOptions withRealPorts(ManagerOptions options) {
        HostPort listen = options.listen();
        options.partners().forEach(ManagerMain::resolve);
        InetAddress local = resolve(listen);
        return listen.port() != 0 ? options : options.withListen(listen.withPort(freePort(local)));
    }

    private static InetAddress resolve(HostPort address) {
        try {
            return InetAddress.getByName(address.host());
        } catch (UnknownHostException e) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "unknown host '" + address.host() + "' in " + address + ": check -l and -p, and the host's names",
                    e);
        }
    }

    private static int freePort(InetAddress address) {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new KumoException(
                    ErrorCode.REFUSED, "can't listen on " + address.getHostAddress() + ": " + e.getMessage(), e);
        }
    }

    @Override
    protected Future<Void> stop() {
        Manager made = manager;
        return made == null ? Future.succeededFuture() : made.stop();
    }

    @Override
    protected Health health() {
        Manager made = manager;
        return made == null ? Health.not("starting") : made.health();
    }
}
