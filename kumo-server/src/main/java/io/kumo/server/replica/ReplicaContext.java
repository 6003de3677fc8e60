package io.kumo.server.replica;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.time.Clock;

/**
 * What all replicas of one shard (event loop) share. Confined to the shard's thread, all but {@link #throttle}, which
 * all shards of a server share.
 */
public final class ReplicaContext {
    /** Of operations that wait until a primary serves, over all partitions of the shard. */
    private static final long MOST_PARKED_BYTES = 8 << 20;

    final ServerId self;
    final long incarnation;
    final long startedNs;
    final Clock clock;
    final ReplicaSettings settings;
    final LeaseBook leases;
    final MemoryBudget memory;
    final CopyThrottle throttle;
    final Replica.Effects effects;
    private boolean writesRefused;
    private long parkedBytes;
    private long lastId;

    /** {@code incarnation}: random number of this process, as the table must name it before replicas take part. */
    public ReplicaContext(
            ServerId self,
            long incarnation,
            Clock clock,
            ReplicaSettings settings,
            MemoryBudget memory,
            CopyThrottle throttle,
            Replica.Effects effects) {
        this.self = self;
        this.incarnation = incarnation;
        this.startedNs = clock.monotonicNs();
        this.clock = clock;
        this.settings = settings;
        this.leases = new LeaseBook(incarnation, startedNs);
        this.memory = memory;
        this.throttle = throttle;
        this.effects = effects;
    }

    /** Whether the table means this process by this server, and not one before it. */
    boolean isNamedIn(ClusterTable table) {
        ServerInfo info = table.server(self).orElse(null);
        return info != null && info.incarnation() == incarnation;
    }

    public LeaseBook leases() {
        return leases;
    }

    public MemoryBudget memory() {
        return memory;
    }

    /** Whether the disk is nearly full: writes are refused then; deletes and reads go on. */
    public void refuseWrites(boolean refuse) {
        writesRefused = refuse;
    }

    /** A number for a request to the store or the log, or for a copy; never 0. */
    long nextId() {
        return ++lastId;
    }

    /** Room for an operation that waits until a primary serves; false if there is none. */
    boolean takeParking(int bytes) {
        if (parkedBytes + bytes > MOST_PARKED_BYTES) {
            return false;
        }
        parkedBytes += bytes;
        return true;
    }

    void giveBackParking(int bytes) {
        parkedBytes -= bytes;
    }

    boolean writesRefused() {
        return writesRefused;
    }
}
