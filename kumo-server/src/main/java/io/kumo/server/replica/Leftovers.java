package io.kumo.server.replica;

import io.kumo.table.Partition;
import org.jspecify.annotations.Nullable;

/**
 * What a server has of a partition of which the table names it as no copy. Only a table that does not name it for a
 * while takes data away. One that is meant to have a copy (it was marked as faulty, and will join again) keeps its
 * data, so that it copies only what it missed.
 */
final class Leftovers {
    private final ReplicaContext context;
    private final PartitionData data;
    private long unnamedSinceNs;

    Leftovers(ReplicaContext context, PartitionData data) {
        this.context = context;
        this.data = data;
        this.unnamedSinceNs = context.clock.monotonicNs();
    }

    /** A table has come that does not name this server, where the one before did. */
    void onUnnamed() {
        unnamedSinceNs = context.clock.monotonicNs();
    }

    /** To be called from ticks while the server has no role. */
    void onTick(@Nullable Partition row, long nowNs) {
        if (data.isEmpty() || row == null || row.names(context.self)) {
            return; // the first is so for most partitions of a large cluster
        }
        if (context.memory.isFull() && data.lastSeq() > data.committedSeq()) {
            long count = data.lastSeq() - data.committedSeq();
            data.truncate(data.committedSeq()); // no checkpoint takes these, and what joins needs the room
            context.effects.event(new ReplicaEvent.Undone(data.partition, row.epoch(), data.committedSeq(), count));
        }
        boolean isMeantToHave = row.target().contains(context.self);
        if (!isMeantToHave && !data.isEmpty() && nowNs - unnamedSinceNs > context.settings.dropAfterNs()) {
            data.drop();
            unnamedSinceNs = nowNs;
            context.effects.event(new ReplicaEvent.Dropped(data.partition));
        }
    }
}
