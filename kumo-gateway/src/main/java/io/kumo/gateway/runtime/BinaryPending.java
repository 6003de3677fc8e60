package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.BinaryCommand;
import io.kumo.gateway.memcached.BinaryOpcode;
import io.kumo.gateway.memcached.BinaryReplies;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A command of the binary protocol that is about one key. */
final class BinaryPending extends Pending {
    private final BinaryCommand command;
    private @Nullable Flight ended;

    BinaryPending(ClientSession session, BinaryCommand command) {
        super(session);
        this.command = command;
    }

    /** A get or getk. */
    void read() {
        begin(ReadFlight.of(this, 0, session().storedKey(command.key())));
    }

    void write(WriteKind kind, WriteFields fields) {
        begin(new WriteFlight(this, 0, kind, session().storedKey(command.key()), fields));
    }

    @Override
    void take(Flight flight) {
        ended = flight;
        GatewayLoop loop = session().loop();
        if (flight instanceof ReadFlight read && read.result() != null) {
            keep(read.result().value().length());
            loop.stats().increment(Count.CMD_GET);
            loop.stats().increment(read.result().found() ? Count.GET_HITS : Count.GET_MISSES);
        } else if (flight instanceof WriteFlight write && write.result() != null) {
            count(loop.stats(), write.result());
        }
        loop.latency(flight.kind()).record(loop.nowNs() - flight.startNs());
    }

    private void count(LoopStats stats, WriteResult result) {
        if (command.touches()) {
            keep(result.value().length());
            stats.increment(Count.CMD_TOUCH);
            stats.increment(result.status() == WriteStatus.DONE ? Count.TOUCH_HITS : Count.TOUCH_MISSES);
        } else if (ended != null && ended.kind() != null) {
            WritePending.count(stats, ended.kind(), result.status());
        }
    }

    private void keep(int valueBytes) {
        hold(valueBytes);
        session().expectReply(valueBytes);
    }

    @Override
    void write(ByteBuf out) {
        Flight flight = ended;
        if (flight == null) {
            return;
        }
        if (flight instanceof ReadFlight read && read.result() != null) {
            answer(out, read.result());
        } else if (flight instanceof WriteFlight write && write.result() != null && flight.kind() != null) {
            answer(out, flight.kind(), write.result());
        } else {
            BinaryReplies.failure(out, command, flight.failure());
        }
    }

    private void answer(ByteBuf out, GetResult result) {
        if (result.found()) {
            BinaryReplies.value(out, command, result.flags(), result.cas(), result.value());
        } else {
            BinaryReplies.miss(out, command);
        }
    }

    private void answer(ByteBuf out, WriteKind kind, WriteResult result) {
        if (result.status() != WriteStatus.DONE) {
            if (command.touches()) {
                BinaryReplies.miss(out, command);
            } else {
                BinaryReplies.error(out, command, BinaryReplies.statusOf(kind, result.status()));
            }
            return;
        }
        switch (command.opcode()) {
            case BinaryOpcode.GAT, BinaryOpcode.GATK ->
                BinaryReplies.value(out, command, result.flags(), result.cas(), result.value());
            case BinaryOpcode.TOUCH -> BinaryReplies.touched(out, command, result.flags(), result.cas());
            case BinaryOpcode.INCREMENT, BinaryOpcode.DECREMENT ->
                BinaryReplies.number(out, command, result.number(), result.cas());
            case BinaryOpcode.DELETE -> BinaryReplies.done(out, command, 0);
            default -> BinaryReplies.done(out, command, result.cas());
        }
    }
}
