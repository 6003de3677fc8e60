package io.kumo.rpc.runtime;

import io.kumo.protocol.Call;
import io.kumo.protocol.Message;

/**
 * Takes the calls of one method, on the connection's event loop. What it throws is the answer if it is a
 * {@link io.kumo.error.KumoException}, else a fault of the node.
 *
 * @param <Q> the call
 * @param <R> its answer
 */
@FunctionalInterface
public interface CallHandler<Q extends Call<R>, R extends Message> {
    void handle(RpcConnection from, Q call, Reply<R> reply);
}
