package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.Message;

/**
 * Waits for the answer of one call; exactly one of the methods is called, once, on the connection's event loop. An
 * error that is known at once (no connection, too many calls) is told before {@code call} returns.
 *
 * @param <R> the answer
 */
public interface ResultHandler<R extends Message> {
    void onResult(R result);

    void onError(ErrorCode code, String text);

    /**
     * The same with the newest table version that the answerer knows; this one is what a connection calls.
     *
     * @param tableVersion 0 if no answer came
     */
    default void onError(ErrorCode code, String text, long tableVersion) {
        onError(code, text);
    }
}
