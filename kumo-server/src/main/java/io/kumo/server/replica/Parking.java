package io.kumo.server.replica;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Operations that reach a primary before it serves. They wait here, so that they go on the moment it does; gateways
 * that were sent away would come back up to a tenth of a second later. Bounded in time, and in memory over all
 * partitions of a shard: what is above is sent away. Belongs to one {@link PrimaryRole}.
 */
final class Parking {
    /** Longer than a lease, shorter than a gateway waits for an answer. */
    static final long LONGEST_NS = 800_000_000L;

    private static final int OVERHEAD_BYTES = 256;

    private record Parked(
            @Nullable Get get,
            @Nullable Answer<GetResult> got,
            @Nullable Write write,
            @Nullable Answer<WriteResult> written,
            long sinceNs,
            int bytes) {}

    private final ReplicaContext context;
    private final ArrayDeque<Parked> waiting = new ArrayDeque<>();

    Parking(ReplicaContext context) {
        this.context = context;
    }

    boolean park(Get get, Answer<GetResult> answer) {
        int bytes = OVERHEAD_BYTES + get.key().length();
        return context.takeParking(bytes)
                && waiting.add(new Parked(get, answer, null, null, context.clock.monotonicNs(), bytes));
    }

    boolean park(Write write, Answer<WriteResult> answer) {
        int bytes = OVERHEAD_BYTES + write.key().length() + write.value().length();
        return context.takeParking(bytes)
                && waiting.add(new Parked(null, null, write, answer, context.clock.monotonicNs(), bytes));
    }

    /** Carries out what waits, in the order in which it came. */
    void release(Operations operations) {
        for (Parked next = waiting.poll(); next != null; next = waiting.poll()) {
            context.giveBackParking(next.bytes());
            if (next.get() != null && next.got() != null) {
                operations.get(next.get(), next.got());
            } else if (next.write() != null && next.written() != null) {
                operations.write(next.write(), next.written());
            }
        }
    }

    /** Sends away what waits for too long. */
    void expire(long nowNs) {
        while (!waiting.isEmpty() && nowNs - waiting.peek().sinceNs() > LONGEST_NS) {
            sendAway(waiting.remove());
        }
    }

    /** Sends everything away: nothing of it was executed. */
    void clear() {
        while (!waiting.isEmpty()) {
            sendAway(waiting.remove());
        }
    }

    private void sendAway(Parked parked) {
        context.giveBackParking(parked.bytes());
        if (parked.got() != null) {
            parked.got().fail(ErrorCode.NOT_PRIMARY);
        } else if (parked.written() != null) {
            parked.written().fail(ErrorCode.NOT_PRIMARY);
        }
    }
}
