package io.kumo.server.replica;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.HashMap;
import java.util.Map;

/** What must hold after each event of a run, whatever went wrong. */
final class SimInvariants {
    private final SimWorld world;
    private final Map<Long, Long> committedEpochs = new HashMap<>();
    private final Map<Long, String> activeInEpoch = new HashMap<>();
    private final Map<Long, Long> checkedUpTo = new HashMap<>();
    private long acknowledgedSeq;
    int copies;
    int undone;
    int joins;
    int activations;

    SimInvariants(SimWorld world) {
        this.world = world;
    }

    long acknowledgedSeq() {
        return acknowledgedSeq;
    }

    void onEvent(SimServer server, ReplicaEvent event) {
        if (event instanceof ReplicaEvent.Activated activated) {
            String who = server.id + "/" + server.incarnation;
            String other = activeInEpoch.put(activated.epoch(), who);
            require(other == null || other.equals(who), "two primaries in epoch " + activated.epoch());
            activations++;
        } else if (event instanceof ReplicaEvent.CopyLacksEntries lacks
                && world.server(lacks.copy()).isIntact()) {
            throw new AssertionError("seed " + world.seed + ": " + event);
        } else if (event instanceof ReplicaEvent.CopyStarted) {
            copies++;
        } else if (event instanceof ReplicaEvent.Undone) {
            undone++;
        } else if (event instanceof ReplicaEvent.Joined) {
            joins++;
        }
    }

    /** What is committed anywhere is the same everywhere; what was acknowledged is on all copies in sync. */
    void check(SimServer server) {
        PartitionData data = server.replica().data();
        long from = Math.min(checkedUpTo.getOrDefault(server.incarnation, 0L), data.committedSeq());
        for (long seq = from + 1; seq <= data.committedSeq(); seq++) {
            long epoch = data.epochAt(seq);
            Long known = committedEpochs.putIfAbsent(seq, epoch);
            require(known == null || known == epoch, server.id + " committed " + epoch + "/" + seq + ", not " + known);
        }
        checkedUpTo.put(server.incarnation, data.committedSeq());
        if (server.replica().role() == ReplicaRole.PRIMARY && data.committedSeq() > acknowledgedSeq) {
            acknowledgedSeq = data.committedSeq();
            checkInSync();
        }
    }

    void checkInSync() {
        ClusterTable table = world.table();
        for (ServerId id : table.partition(0).inSync()) {
            SimServer copy = world.server(id);
            boolean counts = copy.isUp()
                    && table.server(id).orElseThrow().incarnation() == copy.incarnation
                    && copy.replica().data().isComplete();
            if (counts) {
                PartitionData data = copy.replica().data();
                require(
                        data.lastSeq() >= acknowledgedSeq
                                && data.epochAt(acknowledgedSeq) == committedEpochs.getOrDefault(acknowledgedSeq, 0L),
                        id + " has " + data.lastEpoch() + "/" + data.lastSeq() + " of " + acknowledgedSeq);
            }
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("seed " + world.seed + " at " + world.nowNs() / SimWorld.MS + " ms: " + what);
        }
    }
}
