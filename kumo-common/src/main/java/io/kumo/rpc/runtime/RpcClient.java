package io.kumo.rpc.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Message;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one address, kept: it connects at once, and again with backoff (10 ms to 1 s) whenever it is lost.
 * Lives on one Vert.x context; its methods are called there, but for those that say otherwise.
 */
public final class RpcClient {
    /**
     * @param self how this process introduces itself, asked for each connection
     * @param handlers take the calls that the peer makes on this connection
     * @param tableVersion the newest known table version, put into every error
     */
    public RpcClient(
            Vertx vertx,
            Context context,
            HostPort address,
            Supplier<Hello> self,
            RpcHandlers handlers,
            LongSupplier tableVersion,
            RpcLimits limits) {}

    /** Calls; NOT_CONNECTED at once while there is no connection. */
    public <R extends Message> void call(Call<R> call, long timeoutMs, ResultHandler<R> handler) {
        throw new UnsupportedOperationException();
    }

    /** Calls, from any thread; fails with a KumoException. For what is rare: the other form is cheaper. */
    public <R extends Message> Future<R> call(Call<R> call, long timeoutMs) {
        throw new UnsupportedOperationException();
    }

    /** Sends one way; false if it was dropped. */
    public boolean send(Call<?> notice) {
        throw new UnsupportedOperationException();
    }

    /** From any thread. */
    public boolean isConnected() {
        throw new UnsupportedOperationException();
    }

    /** The present connection; null while there is none. */
    public @Nullable RpcConnection connection() {
        throw new UnsupportedOperationException();
    }

    /**
     * Completes with the first connection, or fails with why there is none after {@code timeoutMs}. From any thread.
     */
    public Future<Void> whenConnected(long timeoutMs) {
        throw new UnsupportedOperationException();
    }

    /** Is told true after each Hello and false after each loss. Several listeners are told in the order they came. */
    public void onStateChange(Consumer<Boolean> listener) {
        throw new UnsupportedOperationException();
    }

    public HostPort address() {
        throw new UnsupportedOperationException();
    }

    /** Closes for good; from any thread. */
    public void close() {
        throw new UnsupportedOperationException();
    }
}
