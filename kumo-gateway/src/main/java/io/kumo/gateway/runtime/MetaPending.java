package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.gateway.memcached.MetaReplies;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.Operation.Probe;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A meta command on one key. */
final class MetaPending extends Pending {
    private final MetaCommand command;
    private @Nullable WriteFlight ended;

    MetaPending(ClientSession session, MetaCommand command) {
        super(session);
        this.command = command;
    }

    void begin() {
        Bytes key = session().storedKey(command.key());
        begin(
                command.kind() == WriteKind.META_GET
                        ? new MetaFlight(this, key, command)
                        : new WriteFlight(this, 0, command.kind(), key, fields(command)));
    }

    static WriteFields fields(MetaCommand command) {
        return new WriteFields(
                command.clientFlags(),
                command.exptime(),
                command.kind() == WriteKind.META_GET ? 0 : command.cas(),
                command.delta(),
                command.value(),
                command.options());
    }

    /** Null if it is a write from the start. */
    static @Nullable Probe probe(MetaCommand command) {
        return command.asksFirst()
                ? new Probe(command.isMostlyRead(), command.wants(), command.has(MetaCommand.STALE_READ))
                : null;
    }

    @Override
    void take(Flight flight) {
        WriteFlight write = (WriteFlight) flight;
        ended = write;
        WriteResult result = write.result();
        if (result != null) {
            count(result);
            int valueBytes = result.value().length();
            hold(valueBytes);
            if (command.isGet()) {
                session().expectReply(valueBytes);
            }
        }
        session().loop().latency(command.kind()).record(session().loop().nowNs() - flight.startNs());
    }

    private void count(WriteResult result) {
        LoopStats stats = session().loop().stats();
        if (command.kind() != WriteKind.META_GET) {
            WritePending.count(stats, command.kind(), result.status());
            return;
        }
        boolean hit = result.status() != WriteStatus.NOT_FOUND;
        if (command.options().has(WriteOptions.NEW_EXPTIME)) {
            stats.increment(Count.CMD_TOUCH);
            stats.increment(hit ? Count.TOUCH_HITS : Count.TOUCH_MISSES);
        } else if (command.isGet()) {
            stats.increment(Count.CMD_GET);
            stats.increment(hit ? Count.GET_HITS : Count.GET_MISSES);
        }
    }

    @Override
    void write(ByteBuf out) {
        WriteFlight write = ended;
        if (write == null) {
            return;
        }
        WriteResult result = write.result();
        if (result == null) {
            TextReplies.serverError(out, write.failure());
        } else {
            MetaReplies.answer(out, command, result);
        }
    }
}
