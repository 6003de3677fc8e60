package io.kumo.manager.leader;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A server as the leader's decisions need it: lists of entries, a table that it knows, promises to joiners. */
final class ModelServer {
    /** One write, by the epoch in which it was ordered. */
    record Entry(long epoch, int write) {}

    final ServerId id;
    final List<List<Entry>> logs = new ArrayList<>();
    final int[] durable;
    final List<Set<ServerId>> promised = new ArrayList<>();
    final long[] activeEpoch;
    Optional<ClusterTable> known = Optional.empty();
    long incarnation;
    boolean intact = true;
    boolean up = true;
    long reportedMs;
    boolean paused;
    Object connection = new Object();

    ModelServer(long id, int partitions) {
        this.id = new ServerId(id);
        this.incarnation = id * 1000;
        this.durable = new int[partitions];
        this.activeEpoch = new long[partitions];
        for (int i = 0; i < partitions; i++) {
            logs.add(new ArrayList<>());
            promised.add(new TreeSet<>());
        }
    }

    boolean isRunning() {
        return up && !paused;
    }

    /** Whether the newest table that it knows is about this process. */
    boolean mayAct() {
        return isRunning()
                && known.flatMap(table -> table.server(id))
                        .filter(info -> info.incarnation() == incarnation)
                        .isPresent();
    }

    Partition row(int partition) {
        return known.orElseThrow().partition(partition);
    }

    void learn(ClusterTable table) {
        if (!isRunning() || known.map(ClusterTable::version).orElse(0L) >= table.version()) {
            return;
        }
        Optional<ClusterTable> before = known;
        known = Optional.of(table);
        intact |= mayAct();
        for (Partition row : table.partitions()) {
            if (!row.names(id)) {
                logs.get(row.id()).clear();
                durable[row.id()] = 0;
            }
            Set<ServerId> kept = promised.get(row.id());
            if (before.isEmpty() || before.get().partition(row.id()).epoch() != row.epoch() || !row.isPrimary(id)) {
                kept.clear();
            } else {
                ClusterTable old = before.get();
                kept.removeIf(copy -> !row.joining().contains(copy)
                        || !old.partition(row.id()).joining().contains(copy)
                        || incarnation(old, copy) != incarnation(table, copy));
            }
        }
    }

    private static long incarnation(ClusterTable table, ServerId copy) {
        return table.server(copy).map(ServerInfo::incarnation).orElse(0L);
    }

    /** Ends the process; a lossy end cuts what was not synced, by chance. */
    void crash(boolean lossy, Random random) {
        up = false;
        paused = false;
        intact &= !lossy; // until a table has taken note of it
        for (int i = 0; i < logs.size(); i++) {
            List<Entry> log = logs.get(i);
            if (lossy && log.size() > durable[i]) {
                int left = durable[i] + random.nextInt(log.size() - durable[i] + 1);
                log.subList(left, log.size()).clear();
            }
            durable[i] = Math.min(durable[i], log.size());
        }
    }

    void start() {
        up = true;
        incarnation++;
        connection = new Object();
        promised.forEach(Set::clear);
        Arrays.fill(activeEpoch, -1);
    }

    void sync() {
        for (int i = 0; i < logs.size(); i++) {
            durable[i] = logs.get(i).size();
        }
    }

    ServerReport report() {
        List<CopyReport> joined = new ArrayList<>();
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < logs.size(); i++) {
            for (ServerId copy : promised.get(i)) {
                joined.add(new CopyReport(i, row(i).epoch(), copy));
            }
            List<Entry> log = logs.get(i);
            long epoch = log.isEmpty() ? 0 : log.get(log.size() - 1).epoch();
            positions.add(new Position(i, epoch, log.size()));
        }
        long version = known.map(ClusterTable::version).orElse(0L);
        HostPort address = new HostPort("s" + id.value(), 19800);
        return new ServerReport(
                id,
                address,
                incarnation,
                "",
                "",
                version,
                intact,
                0,
                0,
                0,
                0,
                positions,
                joined,
                List.of(),
                1,
                false,
                List.of(),
                ServerLoad.NONE);
    }
}
