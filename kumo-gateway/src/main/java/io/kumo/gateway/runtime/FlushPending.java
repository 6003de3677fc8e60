package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.protocol.WriteKind;
import io.netty.buffer.ByteBuf;

/** flush_all: one write to each partition. Commands before it end first, those after it wait. */
final class FlushPending extends Pending {
    private final boolean noreply;
    private final int partitionCount;
    private int begun;
    private String failure;

    FlushPending(ClientSession session, boolean noreply) {
        super(session);
        this.noreply = noreply;
        this.partitionCount = session.dispatcher().router().partitionCount();
        this.failure = partitionCount == 0 ? ErrorCode.NO_TABLE.text() : "";
    }

    @Override
    boolean hasMore() {
        return begun < partitionCount && failure.isEmpty();
    }

    @Override
    void beginNext() {
        WriteFlight flight = new WriteFlight(this, begun, WriteKind.FLUSH, Bytes.EMPTY, Flight.Fields.NONE);
        flight.atPartition(begun++);
        begin(flight);
    }

    @Override
    void take(Flight flight) {
        if (flight.hasFailed() && failure.isEmpty()) {
            failure = flight.failure();
        }
    }

    @Override
    boolean isBarrier() {
        return true;
    }

    @Override
    void write(ByteBuf out) {
        LoopStats stats = session().loop().stats();
        stats.increment(Count.CMD_FLUSH);
        if (noreply) {
            stats.add(Count.NOREPLY_ERRORS, failure.isEmpty() ? 0 : 1);
        } else if (failure.isEmpty()) {
            TextReplies.ok(out);
        } else {
            TextReplies.serverError(out, failure);
        }
    }
}
