package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.server.replica.Answer;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.replica.CopyThrottle;
import io.kumo.server.replica.MemoryBudget;
import io.kumo.server.replica.Recovery;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaContext;
import io.kumo.server.replica.ReplicaEvent;
import io.kumo.sim.SimHandlers.SimReply;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The replicas of one event loop in one life of a server: does what ReplicaHost, TurnLog, Checkpointer and Recoverer
 * do.
 */
final class SimReplicas implements Replica.Effects {
    private static final double SWEEPS = 0.1;

    private final SimCluster cluster;
    private final SimServer server;
    private final SimProcess process;
    private final SimDisk disk;
    private final ReplicaContext context;
    private final Map<Integer, Replica> replicas = new TreeMap<>();
    private final Set<Replica> flushing = new LinkedHashSet<>();
    private List<SimDisk.Logged> turn = new ArrayList<>();
    private Set<Replica> turnReplicas = new LinkedHashSet<>();
    private long ticket;
    private ClusterTable table;
    private boolean isTurnOpen;
    private boolean isSound = true;
    private boolean isCheckpointing;

    SimReplicas(SimCluster cluster, SimServer server, int index, CopyThrottle throttle) {
        this.cluster = cluster;
        this.server = server;
        this.process = server.process;
        this.disk = server.disk();
        this.context = new ReplicaContext(
                server.id,
                server.incarnation(),
                process,
                cluster.replicaSettings(),
                new MemoryBudget(cluster.dirtyBytes(), 2 * cluster.dirtyBytes()),
                throttle,
                this);
        for (int partition = index; partition < cluster.partitionCount(); partition += cluster.shardCount()) {
            replicas.put(partition, recover(partition));
        }
        replicas.values().forEach(Replica::restored);
    }

    private Replica recover(int partition) {
        SimDisk.Records at = disk.records(partition);
        List<LogEntry> entries = disk.replay(partition);
        boolean isKnown = disk.records().containsKey(partition);
        if (entries == null) {
            cluster.invariants().onDamage(server, partition);
            disk.markDamaged(partition);
            isSound = false;
            return new Replica(partition, context, new Recovery(0, 0, false, Bytes.EMPTY));
        }
        Recovery stored = isKnown ? new Recovery(at.epoch, at.seq, at.complete, at.state) : Recovery.NONE;
        Replica replica = new Replica(partition, context, stored);
        entries.forEach(replica::restore);
        return replica;
    }

    /** Whether all partitions could be read at the start. */
    boolean isSound() {
        return isSound;
    }

    Collection<Replica> all() {
        return replicas.values();
    }

    Replica replica(int partition) {
        return replicas.get(partition);
    }

    /** The newest table that these replicas know; null for none. */
    ClusterTable table() {
        return table;
    }

    long grant(ServerId asker) {
        return context.leases().grant(asker, process.monotonicNs(), table == null ? 0 : table.version());
    }

    void onGrant(ServerId granter, LeaseGrant grant) {
        context.leases().onGrant(granter, grant);
    }

    void refuseWrites(boolean refuse) {
        context.refuseWrites(refuse);
    }

    // --- inputs

    void onTable(ClusterTable newer) {
        table = newer;
        replicas.values().forEach(replica -> replica.onTable(newer));
        cluster.invariants().check(server);
    }

    void onMessage(int partition, ServerId from, Message message) {
        Replica replica = replicas.get(partition);
        replica.onMessage(from, message);
        cluster.invariants().check(server, replica);
    }

    void onPeerConnected(ServerId peer) {
        replicas.values().forEach(replica -> replica.onPeerConnected(peer));
    }

    void onTick() {
        replicas.values().forEach(Replica::onTick);
        boolean isDue = context.memory().isHalfFull() || process.time().chance(cluster.checkpointChance());
        if (!isCheckpointing && isDue) {
            checkpoint();
        }
        sweep();
        cluster.invariants().check(server);
    }

    void onGet(Get get, SimReply reply) {
        replicas.get(get.partition()).onGet(get, new Answer<>() {
            @Override
            public void ok(GetResult result) {
                cluster.invariants().onRead(server, get);
                reply.ok(result);
            }

            @Override
            public void fail(ErrorCode code) {
                noteRefusal(code, "get " + get.key());
                reply.fail(code);
            }
        });
    }

    private void noteRefusal(ErrorCode code, String what) {
        cluster.trace().note(12, code.number(), () -> process + " refuses " + what + ": " + code);
    }

    void onWrite(Write write, SimReply reply) {
        replicas.get(write.partition()).onWrite(write, new Answer<>() {
            @Override
            public void ok(WriteResult result) {
                cluster.invariants().onWrite(server, write, result);
                reply.ok(result);
            }

            @Override
            public void fail(ErrorCode code) {
                noteRefusal(code, write.kind() + " " + write.key());
                reply.fail(code);
            }
        });
    }

    /** Now and then a page of a partition's records is looked through for expired ones. */
    private void sweep() {
        if (!process.time().chance(SWEEPS)) {
            return;
        }
        List<Integer> ids = List.copyOf(replicas.keySet());
        int partition = ids.get(process.time().random().nextInt(ids.size()));
        later(() -> {
            long nowMs = process.wallMs();
            List<LogEntry> expired = disk.records(partition).byKey.values().stream()
                    .filter(entry -> entry.isExpired(nowMs))
                    .map(SimReplicas::asPut)
                    .toList();
            if (!expired.isEmpty()) {
                cluster.invariants().count("swept records");
                replicas.get(partition).onSweep(expired);
            }
        });
    }

    private void checkpoint() {
        List<Checkpoint> changes = new ArrayList<>();
        for (Replica replica : replicas.values()) {
            Checkpoint begun = replica.isDirty() ? replica.beginCheckpoint() : null;
            if (begun != null) {
                changes.add(begun);
            }
        }
        if (changes.isEmpty()) {
            return;
        }
        isCheckpointing = true;
        disk.checkpoint(process, changes, () -> {
            isCheckpointing = false;
            for (Checkpoint change : changes) {
                Replica replica = replicas.get(change.partition());
                replica.onCheckpointed(change);
                replica.onStoreCount(disk.records(change.partition()).byKey.size());
            }
        });
    }

    // --- effects

    @Override
    public long append(int partition, LogEntry entry) {
        openTurn();
        turn.add(new SimDisk.Logged(partition, entry));
        turnReplicas.add(replicas.get(partition));
        cluster.invariants().onAppend(server, table, partition, entry);
        return ++ticket;
    }

    @Override
    public void wantsFlush(Replica replica) {
        openTurn();
        flushing.add(replica);
    }

    private void openTurn() {
        if (!isTurnOpen) {
            isTurnOpen = true;
            process.after(0, this::endTurn);
        }
    }

    private void endTurn() {
        isTurnOpen = false;
        if (!turn.isEmpty()) {
            long upTo = ticket;
            Set<Replica> told = turnReplicas;
            disk.append(process, new SimDisk.Batch(turn, () -> {
                for (Replica replica : told) {
                    replica.onLogged(upTo);
                    cluster.invariants().check(server, replica);
                }
            }));
            turn = new ArrayList<>();
            turnReplicas = new LinkedHashSet<>();
        }
        List<Replica> now = new ArrayList<>(flushing);
        flushing.clear();
        now.forEach(Replica::flush);
    }

    @Override
    public void send(ServerId to, Call<Done> message) {
        cluster.trace().note(to.value(), 11, () -> process + " to s" + to.value() + ": " + message);
        if (message instanceof Replicated said) {
            cluster.invariants().onReplicated(server, said);
        }
        server.send(to, message);
    }

    /** Answers come after a while, in the process. */
    private void later(Runnable answer) {
        SimTime time = process.time();
        process.after(time.between(20_000, time.chance(0.02) ? 100 * SimTime.MS : SimTime.MS), answer);
    }

    @Override
    public void load(int partition, long loadId, Bytes key) {
        later(() -> {
            LogEntry found = disk.records(partition).byKey.get(key);
            LogEntry asStored = found == null ? null : asPut(found);
            later(() -> replicas.get(partition).onLoaded(loadId, key, asStored));
        });
    }

    /** The store keeps less than the log does. */
    private static LogEntry asPut(LogEntry entry) {
        return new LogEntry(
                io.kumo.protocol.EntryKind.PUT,
                entry.epoch(),
                entry.seq(),
                0,
                0,
                0,
                0,
                entry.key(),
                entry.flags(),
                entry.expiryMs(),
                entry.value(),
                entry.cas(),
                entry.marks());
    }

    @Override
    public void readLog(int partition, long readId, long fromSeq, int maxBytes) {
        later(() -> {
            List<LogEntry> slice = disk.slice(partition, fromSeq, Math.min(maxBytes, cluster.readBytes()));
            later(() -> {
                if (slice == null) {
                    replicas.get(partition).onLogGone(readId);
                } else {
                    replicas.get(partition).onLogRead(readId, slice);
                }
            });
        });
    }

    @Override
    public void scan(int partition, long scanId, Bytes after, int maxBytes) {
        later(() -> {
            TreeMap<Bytes, LogEntry> all = disk.records(partition).byKey;
            SortedMap<Bytes, LogEntry> rest = after.isEmpty() ? all : all.tailMap(after, false);
            List<LogEntry> page = new ArrayList<>();
            for (LogEntry entry : rest.values()) {
                if (page.size() == cluster.scanRecords()) {
                    break;
                }
                page.add(asPut(entry));
            }
            boolean isLast = page.size() == rest.size();
            later(() -> replicas.get(partition).onScanned(scanId, page, List.of(), isLast));
        });
    }

    @Override
    public void sync(int partition, long syncId) {
        SimTime time = process.time();
        process.after(time.between(100_000, time.chance(0.05) ? 300 * SimTime.MS : 10 * SimTime.MS), () -> {
            disk.syncLog();
            replicas.get(partition).onSynced(syncId);
        });
    }

    @Override
    public void storeSoon(int partition) {
        if (!isCheckpointing) {
            checkpoint();
        }
    }

    @Override
    public void newerTable(ServerId at, long version) {
        server.newerTable(at, version);
    }

    @Override
    public void reportChanged(Replica replica) {
        server.reportSoon();
    }

    @Override
    public void event(ReplicaEvent event) {
        cluster.invariants().onEvent(server, event);
    }

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(process + " dirty " + context.memory().dirtyBytes() + " of " + cluster.dirtyBytes()
                        + (isCheckpointing ? ", in a checkpoint" : ""));
        replicas.values().forEach(replica -> text.append("\n  ").append(replica.view()));
        return text.toString();
    }
}
