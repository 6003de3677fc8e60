package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
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
        dispatcher().write(this, server, partition);
    }

    @Override
    public void onResult(WriteResult answer) {
        result = answer;
        dispatcher().onAnswer(this);
    }
}
