package io.kumo.sim;

import io.kumo.manager.leader.TableRules;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaEvent;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.replica.ReplicaView;
import io.kumo.server.store.SyncMode;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold after every event, whatever goes wrong. Sees everything at once, as no process can. */
final class Invariants {
    /** An epoch that goes on by so much says that acknowledged writes may be lost. */
    private static final long LOSS = 1L << 32;

    private record Operation(long session, long counter) {}

    /** What is known of one partition over the whole run. */
    private static final class Known {
        final Map<Long, LogEntry> committed = new HashMap<>();
        final Map<Operation, Long> seqs = new HashMap<>();
        final Map<Long, String> primaries = new HashMap<>();
        long activeEpoch;
        long acknowledgedSeq;
    }

    /** How far each partition of a server was looked at, in one life of it. */
    private static final class Checked {
        final long life;
        final long[] seqs;
        final long[] epochs;

        Checked(long life, int partitionCount) {
            this.life = life;
            this.seqs = new long[partitionCount];
            this.epochs = new long[partitionCount];
        }
    }

    private final SimCluster cluster;
    private final TreeMap<Long, ClusterTable> tables = new TreeMap<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final Map<Integer, Known> partitions = new HashMap<>();
    private final Map<SimServer, Map<Integer, LoggedPartition>> appended = new HashMap<>();
    private final Map<SimServer, Checked> checked = new HashMap<>();
    private final KeptWords words = new KeptWords();
    private final Set<Integer> lossy = new HashSet<>();
    private boolean isLossAllowed;
    private final Map<String, Integer> counts = new TreeMap<>();

    Invariants(SimCluster cluster) {
        this.cluster = cluster;
    }

    void fail(String what) {
        throw new AssertionError(what);
    }

    private void require(boolean holds, String what, Object... arguments) {
        if (!holds) {
            fail(String.format(java.util.Locale.ROOT, what, arguments));
        }
    }

    /** The newest table that is known to be decided; null before the first. */
    ClusterTable newest() {
        return tables.isEmpty() ? null : tables.lastEntry().getValue();
    }

    /** Whether a power cut took acknowledged writes of the partition, and the table says so. */
    boolean isLossy(int partition) {
        return lossy.contains(partition);
    }

    /** An operator has said that acknowledged writes may go. */
    void allowLoss() {
        isLossAllowed = true;
    }

    /** Whether a disk was damaged, or an operator gave up copies. */
    boolean isDamagedOrForced() {
        return isLossAllowed || counts.containsKey("damaged entries");
    }

    /** How often things happened: to see that a run is worth something. */
    Map<String, Integer> counts() {
        return counts;
    }

    void count(String what) {
        count(what, 1);
    }

    void count(String what, int times) {
        counts.merge(what, times, Integer::sum);
    }

    private Known known(int partition) {
        return partitions.computeIfAbsent(partition, none -> new Known());
    }

    // --- tables

    void onTable(SimProcess process, ClusterTable table) {
        String life = process.name + "/" + process.life();
        require(versions.getOrDefault(life, 0L) < table.version(), "%s goes back to %d", process, table.version());
        versions.put(life, table.version());
        cluster.trace().note(table.version(), process.life(), () -> process + " learns table " + table.version());
        ClusterTable other = tables.get(table.version());
        if (other != null) {
            require(other.equals(table), "two tables of version %d:\n%s\n%s", table.version(), other, table);
            return;
        }
        cluster.step("first word of a table", process);
        boolean isNewest = tables.isEmpty() || tables.lastKey() < table.version();
        tables.put(table.version(), table);
        count("tables");
        ClusterTable before = tables.get(table.version() - 1);
        if (before != null) {
            TableRules.check(before, table);
            cluster.trace().note(table.version(), 1, () -> "table " + table.version() + ": " + changes(before, table));
        }
        if (isNewest) {
            noteLosses(table);
            checkInSync(table);
        }
    }

    private static String changes(ClusterTable before, ClusterTable after) {
        StringBuilder text = new StringBuilder();
        after.servers().stream()
                .filter(info -> !before.servers().contains(info))
                .forEach(info -> text.append(info.id().value())
                        .append(' ')
                        .append(info.state())
                        .append(" incarnation ")
                        .append(info.incarnation())
                        .append("; "));
        for (Partition row : after.partitions()) {
            if (!row.equals(before.partition(row.id()))) {
                text.append(row.id()).append('@').append(Long.toHexString(row.epoch()));
                row.inSync().forEach(id -> text.append(' ').append(id.value()));
                row.joining().forEach(id -> text.append(" +").append(id.value()));
                text.append("; ");
            }
        }
        return text.toString();
    }

    private void noteLosses(ClusterTable table) {
        Map.Entry<Long, ClusterTable> before = tables.lowerEntry(table.version());
        for (Partition row : table.partitions()) {
            if (before != null
                    && row.epoch() >= before.getValue().partition(row.id()).epoch() + LOSS) {
                if (cluster.sync() == SyncMode.ALWAYS && !isLossAllowed) {
                    boolean isDoubt = counts.containsKey("damaged partitions");
                    require(isDoubt, "partition %d loses writes that were synced", row.id());
                    continue; // a server that can't read one partition is not trusted with any; this one was whole
                }
                lossy.add(row.id());
                count("lossy");
            }
        }
    }

    /** Who is in sync has every acknowledged write. */
    private void checkInSync(ClusterTable table) {
        for (Partition row : table.partitions()) {
            long acknowledged = known(row.id()).acknowledgedSeq;
            for (ServerId copy : row.inSync()) {
                SimServer server = cluster.server(copy);
                if (!lossy.contains(row.id()) && isTrusted(server, table)) {
                    long has = writtenUpTo(server, row.id());
                    require(
                            has >= acknowledged,
                            "partition %d: %s is in sync in table %d with entries up to %d; acknowledged: %d",
                            row.id(),
                            copy,
                            table.version(),
                            has,
                            acknowledged);
                }
            }
        }
    }

    private static long writtenUpTo(SimServer server, int partition) {
        LoggedPartition log = server.disk().partition(partition);
        return Math.max(
                Math.max(log.lastSeq(), log.copySeq()),
                log.isInCopy() ? 0 : server.disk().records(partition).seq);
    }

    // --- answers

    void onRead(SimServer server, Get get) {
        ReplicaView view = server.shards().replica(get.partition()).view();
        checkMayRead(server, get.partition(), view);
        cluster.trace().note(3, view.epoch(), () -> server.process + " answers get " + get.key());
    }

    private void checkMayRead(SimServer server, int partition, ReplicaView view) {
        long active = known(partition).activeEpoch;
        require(
                view.epoch() >= active || lossy.contains(partition),
                "partition %d: %s answers in epoch %d, but %s serves in epoch %d",
                partition,
                server.process,
                view.epoch(),
                known(partition).primaries.get(active),
                active);
    }

    void onWrite(SimServer server, Write write, WriteResult result) {
        int partition = write.partition();
        ReplicaView view = server.shards().replica(partition).view();
        cluster.trace()
                .note(
                        4,
                        view.epoch(),
                        () -> server.process + " answers " + write.kind() + " " + write.key() + " of "
                                + Long.toHexString(write.session()) + "/" + write.counter() + ": " + result.status()
                                + " cas "
                                + result.cas());
        if (write.async()) {
            return; // no promise
        }
        if (result.status() != WriteStatus.DONE) {
            checkMayRead(server, partition, view);
            return;
        }
        check(server);
        Long seq = known(partition).seqs.get(new Operation(write.session(), write.counter()));
        if (seq == null || lossy.contains(partition)) {
            require(seq != null || lossy.contains(partition), "partition %d: acknowledged, not committed", partition);
            return;
        }
        known(partition).acknowledgedSeq = Math.max(known(partition).acknowledgedSeq, seq);
        ClusterTable table = newest();
        for (ServerId copy : table.partition(partition).inSync()) {
            SimServer holder = cluster.server(copy);
            if (isTrusted(holder, table)) {
                require(
                        has(holder, partition, seq),
                        "partition %d: %s acknowledged %d, %s is in sync and does not have it",
                        partition,
                        server.process,
                        seq,
                        holder.process);
            }
        }
    }

    private boolean has(SimServer holder, int partition, long seq) {
        LogEntry there = holder.disk().partition(partition).at(seq);
        LogEntry committed = known(partition).committed.get(seq);
        return there == null
                ? writtenUpTo(holder, partition) >= seq
                : committed == null || there.epoch() == committed.epoch();
    }

    /** Of the entry that the operation made; 0 if it made none that was committed. */
    long seqOf(int partition, long session, long counter) {
        return known(partition).seqs.getOrDefault(new Operation(session, counter), 0L);
    }

    /** Nobody else could answer a read or acknowledge a write now, also if it has been paused: it may go on now. */
    private void checkAlone(SimServer server, int partition, long epoch) {
        if (lossy.contains(partition)) {
            return; // an operator gave up who may be there after all
        }
        for (SimServer other : cluster.servers()) {
            if (other == server || !other.process.isUp()) {
                continue;
            }
            ReplicaView view = other.shards().replica(partition).view();
            boolean mayServe = view.role() == ReplicaRole.PRIMARY && view.leased();
            require(
                    !mayServe || view.epoch() >= epoch,
                    "partition %d: %s begins to serve in epoch %d, and %s still may in epoch %d",
                    partition,
                    server.process,
                    epoch,
                    other.process,
                    view.epoch());
        }
    }

    /** Whoever begins to serve has made the copies in sync equal to itself. */
    private void checkEqual(SimServer server, ReplicaEvent.Activated activated) {
        int partition = activated.partition();
        Partition row = newest().partition(partition);
        if (row.epoch() != activated.epoch() || lossy.contains(partition)) {
            return;
        }
        LogEntry last = server.disk().partition(partition).at(activated.lastSeq());
        for (ServerId id : row.inSync()) {
            SimServer copy = cluster.server(id);
            LogEntry there = copy.disk().partition(partition).at(activated.lastSeq());
            boolean isEqual = (last != null && there != null)
                    ? last.epoch() == there.epoch()
                    : writtenUpTo(copy, partition) >= activated.lastSeq();
            require(
                    isEqual || !isTrusted(copy, newest()),
                    "partition %d: %s begins to serve with entries up to %d, which %s does not have",
                    partition,
                    server.process,
                    activated.lastSeq(),
                    copy.process);
        }
    }

    /** Whether that table means its present process, and it has all that it ever wrote. */
    private static boolean isTrusted(SimServer copy, ClusterTable table) {
        return copy.disk().isIntact() && table.server(copy.id).orElseThrow().incarnation() == copy.incarnation();
    }

    // --- what replicas do

    void onStart(SimServer server) {
        Map<Integer, LoggedPartition> copy = new HashMap<>();
        server.disk()
                .forEachLogged(
                        (logged, index) -> copy.computeIfAbsent(logged.partition(), none -> new LoggedPartition())
                                .add(logged.entry(), index));
        appended.put(server, copy);
    }

    /** A start can't read all that it needs of a partition: only after a fault that damaged the disk. */
    void onDamage(SimServer server, int partition) {
        require(server.disk().isDamaged(), "%s lost a part of the log of partition %d", server.process, partition);
        count("damaged partitions");
        cluster.trace().say(server.process + " can't read partition " + partition);
    }

    void onAppend(SimServer server, ClusterTable acting, int partition, LogEntry entry) {
        appended.computeIfAbsent(server, none -> new HashMap<>())
                .computeIfAbsent(partition, none -> new LoggedPartition())
                .add(entry, 0);
        count(entry.kind().name());
        cluster.trace()
                .note(
                        entry.seq(),
                        entry.epoch(),
                        () -> server.process + " appends " + partition + ": " + entry.kind() + " "
                                + Long.toHexString(entry.epoch()) + "/" + entry.seq() + " " + entry.key());
        if (entry.session() != 0 && acting.partition(partition).isPrimary(server.id)) {
            require(
                    acting.partition(partition).inSync().size() >= cluster.minCopies(),
                    "%s takes a write of partition %d with fewer copies than allowed",
                    server.process,
                    partition);
        }
        words.check(server, acting, partition, entry);
        if (entry.kind() == EntryKind.DROP) {
            boolean isNamed = acting == null || acting.partition(partition).names(server.id);
            boolean isNeeded = newest().partition(partition).inSync().contains(server.id);
            require(!isNamed && !isNeeded, "%s drops partition %d, which it is to have", server.process, partition);
        }
    }

    /** A copy tells its primary that it has that. */
    void onReplicated(SimServer server, Replicated said) {
        words.onReplicated(server, said);
    }

    void onEvent(SimServer server, ReplicaEvent event) {
        cluster.trace().note(event.partition(), 5, () -> server.process + " " + event);
        count(event.getClass().getSimpleName());
        cluster.step(event.getClass().getSimpleName(), server.process);
        Known known = known(event.partition());
        if (event instanceof ReplicaEvent.Activated activated) {
            String who = server.process + "/" + server.process.life();
            String other = known.primaries.putIfAbsent(activated.epoch(), who);
            require(other == null || other.equals(who), "%s and %s in epoch %d", who, other, activated.epoch());
            checkAlone(server, activated.partition(), activated.epoch());
            checkEqual(server, activated);
            boolean isDeposed = activated.epoch() < known.activeEpoch; // it was paused, and has no lease
            require(
                    !isDeposed
                            || lossy.contains(event.partition()) // one that was cut off is not waited for
                            || !server.shards()
                                    .replica(event.partition())
                                    .view()
                                    .leased(),
                    "partition %d: %s begins to serve in epoch %d, long after another one",
                    event.partition(),
                    who,
                    activated.epoch());
            known.activeEpoch = Math.max(known.activeEpoch, activated.epoch());
            require(
                    isDeposed || activated.lastSeq() >= known.acknowledgedSeq || lossy.contains(event.partition()),
                    "partition %d: %s serves from %d, acknowledged: %d",
                    event.partition(),
                    who,
                    activated.lastSeq(),
                    known.acknowledgedSeq);
        } else if (event instanceof ReplicaEvent.RoleChanged changed) {
            words.onRole(server, changed.partition(), changed.role());
        } else if (event instanceof ReplicaEvent.CopyLacksEntries && !lossy.contains(event.partition())) {
            fail(server.process + ": " + event);
        }
    }

    /** What is committed anywhere is the same everywhere, and each operation is in it once. */
    void check(SimServer server) {
        for (SimReplicas shard : server.shards().all()) {
            for (Replica replica : shard.all()) {
                check(server, replica);
            }
        }
    }

    private Checked checkedOf(SimServer server) {
        Checked so = checked.get(server);
        if (so == null || so.life != server.process.life()) {
            so = new Checked(server.process.life(), cluster.partitionCount());
            checked.put(server, so);
        }
        return so;
    }

    /** The same, of one partition. */
    void check(SimServer server, Replica replica) {
        if (replica.role() == ReplicaRole.NONE) {
            return;
        }
        ReplicaView view = replica.view();
        Checked so = checkedOf(server);
        int partition = view.partition();
        require(so.epochs[partition] <= view.epoch(), "%s goes back to epoch %d", server.process, view.epoch());
        so.epochs[partition] = view.epoch();
        long from = so.seqs[partition];
        if (view.committedSeq() > from && !lossy.contains(partition)) {
            so.seqs[partition] = view.committedSeq();
            check(server, partition, from, view.committedSeq());
        }
    }

    private void check(SimServer server, int partition, long from, long to) {
        Known known = known(partition);
        LoggedPartition log = appended.get(server).get(partition);
        for (long seq = from + 1; log != null && seq <= to; seq++) {
            LogEntry entry = log.at(seq);
            if (entry == null) {
                continue; // it came with a copy, or went with the old end of the log
            }
            LogEntry other = known.committed.putIfAbsent(seq, entry);
            if (other == null) {
                Long twice = entry.session() == 0
                        ? null
                        : known.seqs.put(new Operation(entry.session(), entry.counter()), seq);
                require(twice == null, "partition %d: applied at %d and at %d: %s", partition, twice, seq, entry);
            } else {
                require(
                        other.equals(entry),
                        "partition %d: %s committed %s, others %s",
                        partition,
                        server.process,
                        entry,
                        other);
            }
        }
    }
}
