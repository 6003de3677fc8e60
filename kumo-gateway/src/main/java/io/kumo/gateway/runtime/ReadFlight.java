package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.rpc.runtime.ResultHandler;
import org.jspecify.annotations.Nullable;

/** A read on its way. */
class ReadFlight extends Flight implements ResultHandler<GetResult> {
    private @Nullable GetResult result;

    ReadFlight(Pending owner, int index, Bytes key) {
        super(owner, index, key);
    }

    /** One that the near cache answers, if there is one. */
    static ReadFlight of(Pending owner, int index, Bytes key) {
        NearCache cache = owner.session().loop().nearCache();
        return cache == null ? new ReadFlight(owner, index, key) : new CachedReadFlight(owner, index, key, cache);
    }

    final void take(GetResult found) {
        result = found;
    }

    /** Null until it is there, and after a failure. */
    final @Nullable GetResult result() {
        return result;
    }

    @Override
    void sendTo(ServerLink server, int partition) {
        dispatcher().read(this, server, partition, this);
    }

    @Override
    public void onResult(GetResult answer) {
        result = answer;
        dispatcher().onAnswer(this);
    }
}
