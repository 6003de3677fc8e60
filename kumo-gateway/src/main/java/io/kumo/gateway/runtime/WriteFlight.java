package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.rpc.runtime.ResultHandler;
import org.jspecify.annotations.Nullable;

/** A write on its way. {@link MetaFlight} is one that asks first. */
class WriteFlight extends Flight implements ResultHandler<WriteResult> {
    private @Nullable WriteResult result;

    WriteFlight(Pending owner, int index, WriteKind kind, Bytes key, WriteFields fields) {
        super(owner, index, kind, key, fields);
    }

    /** A write that asks for the record first, if there is a probe. */
    WriteFlight(Pending owner, WriteKind kind, Bytes key, WriteFields fields, @Nullable Probe probe) {
        super(owner, 0, kind, key, fields, probe);
    }

    /** Null until it is there, and after a failure. */
    @Nullable
    final WriteResult result() {
        return result;
    }

    @Override
    void sendTo(ServerLink server, int partition) {
        dispatcher().write(this, server, partition, tries() == 1 ? this : new LaterTry(tries()));
    }

    /** Part of {@code ResultHandler}: the answer to the first try. */
    @Override
    public final void onResult(WriteResult answer) {
        onResult(1, answer);
    }

    private void onResult(int number, WriteResult answer) {
        if (hasEnded()) {
            return;
        }
        if (isEndedBy(number, answer.status() == WriteStatus.DONE)) {
            endWith(answer);
        } else {
            onError(ErrorCode.TIMED_OUT, "no answer of the server that it was sent to last", 0);
        }
    }

    void endWith(WriteResult answer) {
        result = answer;
        dispatcher().onAnswer(this);
    }

    /** Takes the answer to any try but the first. */
    private final class LaterTry implements ResultHandler<WriteResult> {
        private final int number;

        LaterTry(int number) {
            this.number = number;
        }

        @Override
        public void onResult(WriteResult answer) {
            WriteFlight.this.onResult(number, answer);
        }

        @Override
        public void onError(ErrorCode code, String text) {
            onError(code, text, 0);
        }

        @Override
        public void onError(ErrorCode code, String text, long tableVersion) {
            WriteFlight.this.onError(code, text, tableVersion);
        }
    }
}
