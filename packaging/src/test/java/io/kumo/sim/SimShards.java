package io.kumo.sim;

import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.server.replica.Answer;
import io.kumo.server.replica.CopyThrottle;
import io.kumo.server.replica.Replica;
import io.kumo.sim.SimHandlers.SimReply;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The event loops of one life of a server, each with its replicas. With more than one, each hears of everything in its
 * own time, in the order of who tells it.
 */
final class SimShards {
    private final SimServer server;
    private final SimProcess process;
    private final CopyThrottle throttle;
    private final List<SimReplicas> all = new ArrayList<>();
    private final List<Lane> control = new ArrayList<>();
    private final List<Lane> data = new ArrayList<>();

    /** The way from one event loop to another. */
    private final class Lane {
        private long lastNs;

        void post(Runnable action) {
            if (all.size() == 1) {
                action.run();
                return;
            }
            SimTime time = process.time();
            lastNs = Math.max(lastNs, time.nowNs() + time.between(1_000, 2 * SimTime.MS));
            long in = process.life();
            time.after(lastNs - time.nowNs(), () -> process.runIn(in, action));
        }
    }

    SimShards(SimCluster cluster, SimServer server) {
        this.server = server;
        this.process = server.process;
        throttle = new CopyThrottle(2, cluster.copyRate(), cluster.copiedAtATime());
        for (int i = 0; i < cluster.shardCount(); i++) {
            all.add(new SimReplicas(cluster, server, i, throttle));
            control.add(new Lane());
            data.add(new Lane());
        }
    }

    List<SimReplicas> all() {
        return all;
    }

    Replica replica(int partition) {
        return shard(partition).replica(partition);
    }

    private SimReplicas shard(int partition) {
        return all.get(partition % all.size());
    }

    void refuseWrites(boolean refuse) {
        all.forEach(shard -> shard.refuseWrites(refuse));
    }

    /** What all of them know: what is said of copies is of no newer one. */
    long tableVersion() {
        return all.stream()
                .mapToLong(shard -> shard.table() == null ? 0 : shard.table().version())
                .min()
                .orElse(0);
    }

    void onTick() {
        SimTime time = process.time();
        throttle.onLoop(time.chance(0.8), time.chance(0.2) ? 10 * SimTime.MS : 0, process.monotonicNs());
        all.forEach(SimReplicas::onTick);
    }

    void onTable(ClusterTable table) {
        for (int i = 0; i < all.size(); i++) {
            SimReplicas shard = all.get(i);
            control.get(i).post(() -> shard.onTable(table));
        }
    }

    void onPeerConnected(ServerId peer) {
        for (int i = 0; i < all.size(); i++) {
            SimReplicas shard = all.get(i);
            data.get(i).post(() -> shard.onPeerConnected(peer));
        }
    }

    void onMessage(int partition, ServerId from, Call<?> message) {
        data.get(partition % all.size()).post(() -> shard(partition).onMessage(partition, from, message));
    }

    void onGet(Get get, SimReply reply) {
        data.get(get.partition() % all.size()).post(() -> shard(get.partition()).onGet(get, reply));
    }

    void onWrite(Write write, SimReply reply) {
        data.get(write.partition() % all.size())
                .post(() -> shard(write.partition()).onWrite(write, reply));
    }

    /** What an operator asks of a partition. */
    void onOperator(int partition, Message call, Answer<Message> answer) {
        data.get(partition % all.size()).post(() -> replica(partition).onOperator(call, answer));
    }

    /** Every shard grants the lease; {@code done} gets the highest table version that one of them knew. */
    void grant(ServerId asker, LongConsumer done) {
        List<Long> versions = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            SimReplicas shard = all.get(i);
            control.get(i).post(() -> {
                versions.add(shard.grant(asker));
                if (versions.size() == all.size()) {
                    done.accept(
                            versions.stream().mapToLong(Long::longValue).max().orElse(0));
                }
            });
        }
    }

    void onGrant(ServerId granter, LeaseGrant grant) {
        for (int i = 0; i < all.size(); i++) {
            SimReplicas shard = all.get(i);
            control.get(i).post(() -> shard.onGrant(granter, grant));
        }
    }

    @Override
    public String toString() {
        return server.id + " " + all;
    }
}
