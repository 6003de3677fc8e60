package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.rpc.runtime.ResultHandler;
import org.jspecify.annotations.Nullable;

/** A write on its way. */
final class WriteFlight extends Flight implements ResultHandler<WriteResult> {
    private @Nullable WriteResult result;

    WriteFlight(Pending owner, int index, WriteKind kind, Bytes key, Fields fields) {
        super(owner, index, kind, key, fields);
    }

    /** Null until it is there, and after a failure. */
    @Nullable
    WriteResult result() {
        return result;
    }

    @Override
    void sendTo(ServerLink server, int partition) {
        dispatcher().write(this, server, partition);
    }

    @Override
    public void onResult(WriteResult answer) {
        result = answer;
        dispatcher().onAnswer(this);
    }
}
