package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Recovery;
import io.kumo.server.replica.Replica;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecoveryVisitor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the replicas from what store and log have, at start, on the thread that starts the server. */
final class Recoverer implements RecoveryVisitor {
    private static final Logger LOG = LoggerFactory.getLogger(Recoverer.class);
    /** Not to be used, but to be compared with. */
    private static final Recovery DAMAGED = new Recovery(0, 0, false, Bytes.EMPTY);

    private final IntFunction<ReplicaHost> hostOf;
    private final Map<Integer, Replica> replicas = new HashMap<>();
    private final Map<Integer, Long> counts = new HashMap<>();
    private final List<Integer> damaged = new ArrayList<>();

    Recoverer(IntFunction<ReplicaHost> hostOf) {
        this.hostOf = hostOf;
    }

    @Override
    public void onPartition(int partition, PartitionState state, long recordCount) {
        Replica replica = hostOf.apply(partition).recover(partition, StoredStates.recoveryOf(state));
        replica.onStoreCount(recordCount);
        replicas.put(partition, replica);
        counts.put(partition, recordCount);
    }

    @Override
    public void onDamaged(int partition, String reason) {
        LOG.error("partition can't be used and is copied anew partition={} reason=\"{}\"", partition, reason);
        Replica known = replicas.get(partition);
        if (known == null) {
            replicas.put(partition, hostOf.apply(partition).recover(partition, DAMAGED));
        } else {
            known.distrust();
        }
        damaged.add(partition);
    }

    @Override
    public void onOldEntry(int partition, LogEntry entry) {
        // The replica's own state has the answers of operations up to the checkpoint.
    }

    @Override
    public void onEntry(int partition, LogEntry entry) {
        replica(partition).restore(entry);
    }

    private Replica replica(int partition) {
        @Nullable Replica known = replicas.get(partition);
        if (known == null) {
            known = hostOf.apply(partition).recover(partition, Recovery.NONE);
            replicas.put(partition, known);
        }
        return known;
    }

    /** Records of each partition in the store. */
    Map<Integer, Long> counts() {
        return Map.copyOf(counts);
    }

    /** Whether every partition is as the store left it. */
    boolean isSound() {
        return damaged.isEmpty();
    }

    int partitionCount() {
        return replicas.size();
    }
}
