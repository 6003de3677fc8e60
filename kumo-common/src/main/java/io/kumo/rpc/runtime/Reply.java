package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.Message;

/**
 * The way back to whoever called. To be used once, now or later, on the connection's event loop; does nothing for a
 * one-way call and after the connection was closed.
 *
 * @param <R> the answer
 */
public interface Reply<R extends Message> {
    void ok(R result);

    void fail(ErrorCode code, String text);

    default void fail(ErrorCode code) {
        fail(code, code.text());
    }
}
