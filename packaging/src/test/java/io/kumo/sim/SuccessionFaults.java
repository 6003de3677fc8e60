package io.kumo.sim;

import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.replica.ReplicaView;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * What goes wrong while one primary follows another: it dies with entries that not all copies have, its successor dies
 * before clients reach it, or what it sent arrives long after it was deposed. Each waits for the moment that hurts.
 */
final class SuccessionFaults {
    private static final long LOOK_EVERY = 2 * SimTime.MS;
    private static final long PATIENCE = 2 * SimTime.SECOND;
    private static final int MOST_ENTRIES = 6;

    private final SimCluster cluster;
    private final SimTime time;
    private final Random random;
    private final NetworkFaults network;
    private final ProcessFaults processes;
    private boolean isOver;

    SuccessionFaults(SimCluster cluster, NetworkFaults network, ProcessFaults processes) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.random = time.random();
        this.network = network;
        this.processes = processes;
    }

    /** From now on nothing more is done. */
    void end() {
        isOver = true;
    }

    private void say(String what) {
        cluster.trace().say("*** " + what);
    }

    /** Once that holds; the other after a while if it does not. */
    private void when(BooleanSupplier holds, long untilNs, Runnable then, Runnable otherwise) {
        if (isOver) {
            return;
        }
        if (holds.getAsBoolean()) {
            then.run();
        } else if (time.nowNs() > untilNs) {
            otherwise.run();
        } else {
            time.after(LOOK_EVERY, () -> when(holds, untilNs, then, otherwise));
        }
    }

    private long soon() {
        return time.nowNs() + PATIENCE;
    }

    /** A partition that has copies enough for this, mostly one that is written to. */
    private Partition row() {
        ClusterTable table = cluster.invariants().newest();
        int partition = time.chance(0.7) ? cluster.busyPartition() : random.nextInt(cluster.partitionCount());
        Partition row = table == null ? null : table.partition(partition);
        boolean isFit = row != null
                && row.inSync().size() >= 3
                && row.inSync().stream()
                        .allMatch(id -> cluster.server(id).process.isRunning());
        return isFit ? row : null;
    }

    private static ReplicaView viewOf(SimServer server, int partition) {
        return server.shards().replica(partition).view();
    }

    private boolean leads(SimServer server, int partition) {
        return cluster.invariants().newest().partition(partition).isPrimary(server.id);
    }

    /** The copies of a row, by their parts: who leads, and two others in any order. */
    private List<SimServer> parts(Partition row) {
        List<SimServer> others = new ArrayList<>();
        row.inSync().subList(1, row.inSync().size()).forEach(id -> others.add(cluster.server(id)));
        Collections.shuffle(others, random);
        others.add(0, cluster.server(row.inSync().get(0)));
        return others;
    }

    /**
     * The primary dies when one copy has entries that another one lacks. Now and then that one becomes the primary, has
     * all others undo them, and dies before a client has reached it.
     */
    void lonelyReign() {
        Partition row = row();
        if (row == null) {
            return;
        }
        List<SimServer> parts = parts(row);
        SimServer primary = parts.get(0);
        SimServer ahead = parts.get(1);
        SimServer behind = parts.get(2);
        say(primary.process + " leaves " + behind.process + " behind in partition " + row.id());
        parts.stream().skip(2).forEach(other -> network.cut(primary.process, other.process));
        boolean isLonely = random.nextBoolean();
        if (isLonely) {
            cluster.clients().forEach(each -> network.cutBoth(each.gateway().process, behind.process));
        }
        int most = 1 + random.nextInt(MOST_ENTRIES);
        long from = viewOf(behind, row.id()).lastSeq();
        when(
                () -> viewOf(ahead, row.id()).lastSeq() >= from + most,
                soon(),
                () -> {
                    processes.crash(primary, false);
                    when(
                            () -> !leads(primary, row.id()),
                            soon(),
                            () -> endReign(row.id(), ahead, behind, isLonely),
                            network::mendNow);
                },
                network::mendNow);
    }

    private void endReign(int partition, SimServer ahead, SimServer behind, boolean isLonely) {
        if (!isLonely || !leads(behind, partition)) {
            network.mendNow();
            return;
        }
        when(
                () -> viewOf(ahead, partition).lastSeq()
                        <= viewOf(behind, partition).lastSeq(),
                soon(),
                () -> time.after(time.between(0, 20 * SimTime.MS), () -> {
                    if (!isOver) {
                        processes.crash(behind, false);
                        network.mendNow();
                    }
                }),
                network::mendNow);
    }

    /** What a primary sent is held back until another one leads, and has sent something in its place. */
    void latePrimary() {
        Partition row = row();
        if (row == null) {
            return;
        }
        List<SimServer> parts = parts(row);
        SimServer primary = parts.get(0);
        say("what " + primary.process + " sends of partition " + row.id() + " is late");
        network.hideFromManagers(primary);
        parts.stream().skip(1).forEach(other -> network.cut(primary.process, other.process));
        when(
                () -> parts.stream().skip(1).anyMatch(other -> serves(other, row.id())),
                time.nowNs() + 2 * PATIENCE,
                () -> keepBetween(row, parts),
                network::mendNow);
    }

    private boolean serves(SimServer server, int partition) {
        ReplicaView view = viewOf(server, partition);
        return server.process.isRunning() && view.role() == ReplicaRole.PRIMARY && view.leased();
    }

    /** The answers of a copy are held back, too: what it has of the next primary is not committed meanwhile. */
    private void keepBetween(Partition row, List<SimServer> parts) {
        SimServer primary = parts.get(0);
        SimServer next = serves(parts.get(1), row.id()) ? parts.get(1) : parts.get(2);
        SimServer copy = next == parts.get(1) ? parts.get(2) : parts.get(1);
        network.cut(copy.process, next.process);
        when(
                () -> isBetween(row.id(), row.epoch(), copy),
                soon(),
                () -> {
                    cluster.network().mend(primary.process, copy.process);
                    time.after(time.between(0, PATIENCE), network::mendNow);
                },
                network::mendNow);
    }

    /** A primary is deposed and does not hear of it; the others have just forgotten what they granted to it. */
    void forgetfulSuccessor() {
        Partition row = row();
        if (row == null) {
            return;
        }
        List<SimServer> parts = parts(row);
        SimServer primary = parts.get(0);
        say(primary.process + " is to be deposed, and its successors forget");
        network.hideFromManagers(primary);
        when(
                () -> !leads(primary, row.id()),
                soon(),
                () -> {
                    for (SimServer other : parts.subList(1, parts.size())) {
                        network.cutBoth(primary.process, other.process);
                        processes.restart(other, time.between(SimTime.MS, 30 * SimTime.MS));
                    }
                    time.after(time.between(200 * SimTime.MS, PATIENCE), network::mendNow);
                },
                network::mendNow);
    }

    /** Has something of a newer epoch that it does not know to be committed yet. */
    private boolean isBetween(int partition, long epoch, SimServer copy) {
        if (!copy.process.isRunning()) {
            return false;
        }
        ReplicaView view = viewOf(copy, partition);
        return view.epoch() > epoch && view.lastEpoch() > epoch && view.lastSeq() > view.committedSeq();
    }
}
