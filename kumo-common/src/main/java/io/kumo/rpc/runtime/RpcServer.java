package io.kumo.rpc.runtime;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Role;
import io.kumo.security.runtime.NodeSecurity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Accepts RPC connections; one definition of handlers, any number of connections and event loops. */
public final class RpcServer {
    /** Any free port, the same one for all listeners that ask so: Vert.x shares it among them. */
    private static final int SHARED_FREE_PORT = -1;

    private final Vertx vertx;
    private final RpcEndpoint endpoint;
    private final List<NetServer> listeners = new CopyOnWriteArrayList<>();

    /**
     * @param self how this process introduces itself, asked for each connection
     * @param tableVersion the newest known table version, put into every error
     */
    public RpcServer(
            Vertx vertx, Supplier<Hello> self, RpcHandlers handlers, LongSupplier tableVersion, RpcLimits limits) {
        this.vertx = vertx;
        this.endpoint = new RpcEndpoint(self, handlers, tableVersion, limits);
    }

    /**
     * Listens on one event loop: the caller's, or one of its own.
     *
     * @return the port; a taken port fails with a KumoException whose text says what to do
     */
    public Future<Integer> listen(HostPort address) {
        return listen(address, List.of(vertx.getOrCreateContext()));
    }

    /** Listens on several event loops: connections go to them in turn. */
    public Future<Integer> listen(HostPort address, List<Context> loops) {
        Check.argument(!loops.isEmpty(), "no event loop to listen on");
        return listenOn(address, loops.get(0), loops.size() > 1).compose(port -> {
            List<Future<Integer>> others = new ArrayList<>();
            for (Context loop : loops.subList(1, loops.size())) {
                others.add(listenOn(address, loop, true));
            }
            return Future.all(others).map(port);
        });
    }

    private Future<Integer> listenOn(HostPort address, Context loop, boolean shared) {
        Promise<Integer> port = Promise.promise();
        loop.runOnContext(onLoop -> {
            NetServerOptions options = RpcTransport.serverOptions(address);
            if (shared && address.port() == 0) {
                options.setPort(SHARED_FREE_PORT);
            }
            NetServer server = vertx.createNetServer(options);
            server.connectHandler(socket -> accept(socket, (ContextInternal) loop));
            server.listen()
                    .onComplete(
                            listening -> {
                                listeners.add(server);
                                port.complete(listening.actualPort());
                            },
                            failure -> port.fail(explain(address, failure)));
        });
        return port.future();
    }

    private void accept(NetSocket socket, ContextInternal loop) {
        NodeSecurity security = endpoint.security();
        String host = String.valueOf(socket.remoteAddress().hostAddress());
        if (!security.gate().enter(host)) {
            security.refused(host, "too many connections that have not proved yet who they are");
            socket.close();
            return;
        }
        // In the pipeline before TLS is: whatever comes out of TLS comes to it.
        RpcChannel channel = new RpcChannel(socket, loop, endpoint);
        Introduction stranger = new Introduction(
                endpoint,
                () -> certified(security, socket),
                () -> security.gate().leave(host));
        channel.expect(stranger);
        security.tls().ifPresent(tls -> channel.secureWith(tls.serverHandler()));
    }

    private static @Nullable Role certified(NodeSecurity security, NetSocket socket) {
        return security.tls().map(tls -> tls.roleOf(socket.sslSession(), true)).orElse(null);
    }

    private static KumoException explain(HostPort address, Throwable failure) {
        String what = "cannot listen on " + address + ": " + Failures.reason(failure);
        return new KumoException(ErrorCode.REFUSED, what, failure);
    }

    /** Stops listening and closes every connection. */
    public Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        listeners.forEach(server -> closing.add(server.close()));
        listeners.clear();
        return Future.all(closing).mapEmpty();
    }
}
