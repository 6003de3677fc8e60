package io.kumo.server.runtime;

import io.kumo.server.replica.MemoryBudget;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.replica.ReplicaView;
import java.util.EnumMap;
import java.util.Map;

/**
 * A snapshot of one event loop's replicas, for metrics and people.
 *
 * @param primaries partitions that it serves
 * @param promoting partitions that it is the primary of and does not serve yet
 * @param damaged copies that are damaged, and being mended
 * @param unleased primaries that may not answer reads now
 * @param lag entries that the slowest copy of any of its partitions lacks
 * @param waiting operations that wait for the store or for a commit
 */
record ShardView(
        int primaries,
        int promoting,
        int copies,
        int joining,
        int damaged,
        int unleased,
        long lag,
        long waiting,
        long dirtyBytes,
        long cleanBytes) {
    static final ShardView NONE = new ShardView(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** To be called on the shard's event loop. */
    static ShardView of(Shard shard) {
        Map<ReplicaRole, Integer> roles = new EnumMap<>(ReplicaRole.class);
        int damaged = 0;
        int unleased = 0;
        long lag = 0;
        long waiting = 0;
        for (Replica replica : shard.host().replicas()) {
            ReplicaView view = replica.view();
            roles.merge(view.role(), 1, Integer::sum);
            damaged += replica.isDamaged() ? 1 : 0;
            unleased += view.leased() ? 0 : 1;
            lag = Math.max(lag, view.lag());
            waiting += view.waiting();
        }
        MemoryBudget memory = shard.host().replicaContext().memory();
        return new ShardView(
                roles.getOrDefault(ReplicaRole.PRIMARY, 0),
                roles.getOrDefault(ReplicaRole.PROMOTING, 0),
                roles.getOrDefault(ReplicaRole.FOLLOWER, 0),
                roles.getOrDefault(ReplicaRole.JOINING, 0),
                damaged,
                unleased,
                lag,
                waiting,
                memory.dirtyBytes(),
                memory.cleanBytes());
    }

    /** Both together. */
    ShardView plus(ShardView other) {
        return new ShardView(
                primaries + other.primaries,
                promoting + other.promoting,
                copies + other.copies,
                joining + other.joining,
                damaged + other.damaged,
                unleased + other.unleased,
                Math.max(lag, other.lag),
                waiting + other.waiting,
                dirtyBytes + other.dirtyBytes,
                cleanBytes + other.cleanBytes);
    }
}
