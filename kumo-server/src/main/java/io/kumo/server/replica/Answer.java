package io.kumo.server.replica;

import io.kumo.error.ErrorCode;

/**
 * Takes the answer of one operation, once, on the replica's thread; perhaps long after the operation came in.
 *
 * @param <R> what the operation answers
 */
public interface Answer<R> {
    void ok(R result);

    /** The code's outcome holds: with NOT_DONE nothing of this request was executed. */
    void fail(ErrorCode code);
}
