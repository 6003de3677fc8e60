package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * get, gets, gat or gats of any number of keys. If any key fails the answer is an error, never a miss; an answer so
 * large that it was begun before it was whole then ends with the error instead of END.
 */
final class ReadPending extends Pending {
    /** An answer of many keys is kept back until it is whole or this large, bytes. */
    private static final long STREAM_AT_BYTES = 1 << 20;

    private static final GetResult MISS = new GetResult(false, 0, 0, 0, Bytes.EMPTY);

    private final List<Bytes> keys;
    private final boolean withCas;
    private final @Nullable WriteFields touch;
    private final @Nullable GetResult[] results;
    private int begun;
    private int written;
    private String failure = "";

    /** @param touch the new expiry time for gat; null for get */
    ReadPending(ClientSession session, List<Bytes> keys, boolean withCas, @Nullable WriteFields touch) {
        super(session);
        this.keys = keys;
        this.withCas = withCas;
        this.touch = touch;
        this.results = new GetResult[keys.size()];
        hold(keys.size() > 1 ? keys.size() * 64L : 0);
    }

    @Override
    boolean hasMore() {
        return begun < results.length && failure.isEmpty();
    }

    @Override
    void beginNext() {
        int index = begun++;
        Bytes key = session().storedKey(keys.get(index));
        begin(
                touch == null
                        ? ReadFlight.of(this, index, key)
                        : new WriteFlight(this, index, WriteKind.GET_AND_TOUCH, key, touch));
    }

    @Override
    void take(Flight flight) {
        GetResult found = flight instanceof ReadFlight read ? read.result() : touched((WriteFlight) flight);
        if (found == null) {
            failure = failure.isEmpty() ? flight.failure() : failure;
        } else {
            count(found.found());
            results[flight.index()] = found;
            int valueBytes = found.value().length();
            hold(valueBytes);
            session().expectReply(valueBytes);
        }
        GatewayLoop loop = session().loop();
        loop.latency(flight.kind()).record(loop.nowNs() - flight.startNs());
    }

    private static @Nullable GetResult touched(WriteFlight flight) {
        WriteResult result = flight.result();
        if (result == null) {
            return null;
        }
        return result.status() == WriteStatus.DONE
                ? new GetResult(true, result.flags(), result.cas(), 0, result.value())
                : MISS;
    }

    private void count(boolean hit) {
        LoopStats stats = session().loop().stats();
        if (touch == null) {
            stats.increment(Count.CMD_GET);
            stats.increment(hit ? Count.GET_HITS : Count.GET_MISSES);
        } else {
            stats.increment(Count.CMD_TOUCH);
            stats.increment(hit ? Count.TOUCH_HITS : Count.TOUCH_MISSES);
        }
    }

    @Override
    void write(ByteBuf out) {
        if (!failure.isEmpty()) {
            TextReplies.serverError(out, failure);
            return;
        }
        writeFound(out);
        TextReplies.end(out);
    }

    @Override
    void stream(ByteBuf out) {
        if (failure.isEmpty() && heldBytes() > STREAM_AT_BYTES) {
            writeFound(out);
        }
    }

    /** Writes the records from where the last call ended to the first that is not there yet. */
    private void writeFound(ByteBuf out) {
        for (; written < results.length; written++) {
            GetResult result = results[written];
            if (result == null) {
                return;
            }
            if (result.found()) {
                Bytes key = keys.get(written);
                if (withCas) {
                    TextReplies.valueWithCas(out, key, result.flags(), result.cas(), result.value());
                } else {
                    TextReplies.value(out, key, result.flags(), result.value());
                }
                letGo(result.value().length());
            }
            results[written] = null;
        }
    }
}
