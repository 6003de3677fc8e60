package io.kumo.rpc.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Message;
import io.kumo.protocol.Method;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Accepts RPC connections; one definition of handlers, any number of connections and event loops. */
public final class RpcServer {
    private final RpcHandlers handlers;

    /**
     * @param self how this process introduces itself, asked for each connection
     * @param tableVersion the newest known table version, put into every error
     */
    public RpcServer(
            Vertx vertx, Supplier<Hello> self, RpcHandlers handlers, LongSupplier tableVersion, RpcLimits limits) {
        this.handlers = handlers;
    }

    public <R extends Message, Q extends Call<R>> RpcServer on(Method<Q, R> method, CallHandler<Q, R> handler) {
        handlers.on(method, handler);
        return this;
    }

    /**
     * Listens on one event loop: the caller's, or one of its own.
     *
     * @return the port; a taken port fails with a KumoException whose text says what to do
     */
    public Future<Integer> listen(HostPort address) {
        throw new UnsupportedOperationException();
    }

    /** Listens on several event loops: connections go to them in turn. */
    public Future<Integer> listen(HostPort address, List<Context> loops) {
        throw new UnsupportedOperationException();
    }

    /** Stops listening and closes every connection. */
    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
