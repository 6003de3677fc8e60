package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.WriteKind;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** flush_all: one write to each partition. Commands before it end first, those after it wait. */
final class FlushPending extends Pending {
    /** Writes the outcome: an empty text for success. */
    @FunctionalInterface
    interface Words {
        void write(ByteBuf out, String failure);
    }

    private final WriteFields when;
    private final @Nullable Words words;
    private final int partitionCount;
    private int begun;
    private String failure;

    /**
     * @param exptime when, as memcached takes it; not above 0 for at once
     * @param words null for nothing to say
     */
    FlushPending(ClientSession session, long exptime, @Nullable Words words) {
        super(session);
        this.when = exptime > 0 ? WriteFields.touch(exptime) : WriteFields.NONE;
        this.words = words;
        this.partitionCount = session.dispatcher().router().partitionCount();
        this.failure = partitionCount == 0 ? session.loop().noTable() : "";
    }

    @Override
    boolean hasMore() {
        return begun < partitionCount && failure.isEmpty();
    }

    @Override
    void beginNext() {
        WriteFlight flight = new WriteFlight(this, begun, WriteKind.FLUSH, Bytes.EMPTY, when);
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
        Words answer = words;
        if (answer == null) {
            stats.add(Count.NOREPLY_ERRORS, failure.isEmpty() ? 0 : 1);
        } else {
            answer.write(out, failure);
        }
    }
}
