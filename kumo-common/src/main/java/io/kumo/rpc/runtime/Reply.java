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

    /**
     * Before an answer that may be large: puts it off if the peer has not taken those before it, so that small ones
     * need not wait behind it.
     *
     * @param bytes of the answer, about
     * @param again carries the request out once more, for the same reply, when there is room; it must have no effects
     * @return whether it was put off; then this reply is not to be used until {@code again} is called
     */
    default boolean postpone(int bytes, Runnable again) {
        return false;
    }

    default void fail(ErrorCode code) {
        fail(code, code.text());
    }
}
