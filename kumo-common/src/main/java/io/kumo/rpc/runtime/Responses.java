package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.Method;

/** Reads an answer and hands it to who waits for it. */
final class Responses {
    private Responses() {}

    /** A KumoException that leaves this method means that the stream makes no sense; the waiter knows it by then. */
    static <R extends Message> void complete(Method<?, R> method, ResultHandler<?> waiter, MessageReader in) {
        @SuppressWarnings("unchecked") // InFlight has the method that the call gave with the waiter
        ResultHandler<R> typed = (ResultHandler<R>) waiter;
        if (in.takeNil()) {
            R result;
            try {
                result = method.result().decode(in);
            } catch (KumoException | IllegalArgumentException | IllegalStateException e) {
                String text = method.name() + ": malformed answer";
                typed.onError(ErrorCode.CONNECTION_LOST, text, 0);
                throw new KumoException(ErrorCode.BAD_REQUEST, text, e);
            }
            typed.onResult(result);
        } else {
            in.open();
            ErrorCode code = ErrorCode.of(in.int32());
            String text = in.text();
            long tableVersion = in.close(in.int64());
            typed.onError(code, text, tableVersion);
        }
    }
}
