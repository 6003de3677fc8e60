package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A command that changes one record. */
final class WritePending extends Pending {
    private final WriteKind kind;
    private final boolean noreply;
    private @Nullable WriteFlight ended;

    WritePending(ClientSession session, WriteKind kind, boolean noreply) {
        super(session);
        this.kind = kind;
        this.noreply = noreply;
    }

    void begin(Bytes key, WriteFields fields) {
        begin(new WriteFlight(this, 0, kind, session().storedKey(key), fields));
    }

    @Override
    void take(Flight flight) {
        WriteFlight write = (WriteFlight) flight;
        ended = write;
        LoopStats stats = session().loop().stats();
        WriteResult result = write.result();
        if (result != null) {
            count(stats, kind, result.status());
        } else if (noreply) {
            stats.increment(Count.NOREPLY_ERRORS);
        }
        session().loop().latency(kind).record(session().loop().nowNs() - flight.startNs());
    }

    /** Counts a write that was answered. */
    static void count(LoopStats stats, WriteKind kind, WriteStatus status) {
        boolean hit = status != WriteStatus.NOT_FOUND;
        switch (kind) {
            case INCR -> stats.increment(hit ? Count.INCR_HITS : Count.INCR_MISSES);
            case DECR -> stats.increment(hit ? Count.DECR_HITS : Count.DECR_MISSES);
            case DELETE -> stats.increment(hit ? Count.DELETE_HITS : Count.DELETE_MISSES);
            case TOUCH -> {
                stats.increment(Count.CMD_TOUCH);
                stats.increment(hit ? Count.TOUCH_HITS : Count.TOUCH_MISSES);
            }
            case CAS -> {
                stats.increment(Count.CMD_SET);
                if (hit) {
                    stats.increment(status == WriteStatus.DONE ? Count.CAS_HITS : Count.CAS_BADVAL);
                } else {
                    stats.increment(Count.CAS_MISSES);
                }
            }
            default -> {
                stats.increment(Count.CMD_SET);
                stats.increment(status == WriteStatus.DONE ? Count.STORED : Count.NOT_STORED);
            }
        }
    }

    @Override
    void write(ByteBuf out) {
        WriteFlight write = ended;
        if (noreply || write == null) {
            return;
        }
        WriteResult result = write.result();
        if (result != null) {
            TextReplies.written(out, kind, result.status(), result.number());
        } else {
            TextReplies.serverError(out, write.failure());
        }
    }
}
