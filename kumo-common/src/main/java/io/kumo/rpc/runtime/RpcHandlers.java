package io.kumo.rpc.runtime;

import io.kumo.base.Check;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.Method;
import io.kumo.security.runtime.NodeSecurity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The table of methods that a process answers, and what it asks of who calls them; shared by its server and its
 * clients. Filled before it is used.
 */
public final class RpcHandlers {
    private static final int MAX_METHOD = 255;

    private final @Nullable Entry<?, ?>[] byNumber = new Entry<?, ?>[MAX_METHOD + 1];
    private final List<Consumer<RpcConnection>> openListeners = new ArrayList<>();
    private final List<Consumer<RpcConnection>> closeListeners = new ArrayList<>();
    private NodeSecurity security = NodeSecurity.open();

    /** How this process proves who it is, and what peers have to prove; nothing unless this is called. */
    public RpcHandlers secure(NodeSecurity newSecurity) {
        security = newSecurity;
        return this;
    }

    NodeSecurity security() {
        return security;
    }

    /** Defines who takes the calls of {@code method}. */
    public <R extends Message, Q extends Call<R>> RpcHandlers on(Method<Q, R> method, CallHandler<Q, R> handler) {
        Check.argument(method.number() > 0 && method.number() <= MAX_METHOD, "method %d", method.number());
        Check.invariant(byNumber[method.number()] == null, "two handlers for %s", method.name());
        byNumber[method.number()] = new Entry<>(method, handler);
        return this;
    }

    /** Is told of every connection once its Hello is done, on the connection's loop. */
    public RpcHandlers onOpen(Consumer<RpcConnection> listener) {
        openListeners.add(listener);
        return this;
    }

    /** Is told of every closed connection that was open, on the connection's loop. */
    public RpcHandlers onClose(Consumer<RpcConnection> listener) {
        closeListeners.add(listener);
        return this;
    }

    void opened(RpcConnection connection) {
        openListeners.forEach(listener -> listener.accept(connection));
    }

    void closed(RpcConnection connection) {
        closeListeners.forEach(listener -> listener.accept(connection));
    }

    @Nullable
    Entry<?, ?> entry(int number) {
        return number > 0 && number <= MAX_METHOD ? byNumber[number] : null;
    }

    /** A method and who takes its calls. */
    record Entry<Q extends Call<R>, R extends Message>(Method<Q, R> method, CallHandler<Q, R> handler) {
        /** Reads the parameters and hands the call over. */
        void dispatch(RpcConnection from, MessageReader in, Reply<R> reply) {
            Q call;
            try {
                call = method.request().decode(in);
            } catch (IllegalArgumentException | IllegalStateException e) {
                // Values that the record's constructor refused: the peer's fault, not ours.
                throw new KumoException(ErrorCode.BAD_REQUEST, method.name() + ": " + e.getMessage(), e);
            }
            handler.handle(from, call, reply);
        }
    }
}
