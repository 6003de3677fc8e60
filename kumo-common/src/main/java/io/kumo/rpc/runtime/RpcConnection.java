package io.kumo.rpc.runtime;

import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.vertx.core.Context;

/**
 * A TCP connection that speaks MessagePack-RPC both ways; the first message was Hello. Every method on its event loop.
 * All that is written in one turn of the loop leaves in one socket write.
 */
public interface RpcConnection {
    /** manager, server, gateway or kumoctl, as the peer said in its Hello. */
    String peerRole();

    /** The peer's name from its Hello: a server's id, a manager's HOST:PORT. */
    String peerName();

    /** The peer's address, for people. */
    String remote();

    /** Sends a request; OVERLOADED at once past the bound of calls in flight or of unwritten bytes. */
    <R extends Message> void call(Call<R> call, long timeoutMs, ResultHandler<R> handler);

    /** Sends one way; false if it was dropped: the connection is closed, or too much is unwritten. */
    boolean send(Call<?> notice);

    /** Runs {@code action} once the connection is closed. Several actions run in the order in which they came. */
    void onClose(Runnable action);

    /** Writes what is pending, then closes; calls in flight fail with CONNECTION_LOST. */
    void close();

    Context context();
}
