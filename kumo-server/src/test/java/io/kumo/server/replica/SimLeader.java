package io.kumo.server.replica;

import io.kumo.base.HostPort;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A leader that keeps the rules of the managers, but for chance, which suspects, moves and hands over. */
final class SimLeader {
    private static final int COPIES = 3;
    private static final long LOSSY = 1L << 32;

    private final SimWorld world;
    private final Map<ServerId, SimServer.Report> reports = new HashMap<>();
    private final Map<ServerId, Long> heardNs = new HashMap<>();
    private final Map<ServerId, Long> complainedNs = new HashMap<>();
    final List<ClusterTable> tables = new ArrayList<>();
    private boolean changed;
    private long epoch;
    private List<ServerId> inSync = List.of();
    private List<ServerId> joining = List.of();
    private final Map<ServerId, ServerInfo> servers = new HashMap<>();

    SimLeader(SimWorld world) {
        this.world = world;
    }

    ClusterTable table() {
        return tables.get(tables.size() - 1);
    }

    void birth() {
        List<ServerInfo> infos = new ArrayList<>();
        List<ServerId> first = new ArrayList<>();
        for (SimServer server : world.servers) {
            infos.add(new ServerInfo(
                    server.id, HostPort.parse("h:1", 1), server.incarnation, "", ServerState.ATTACHED, true));
            if (first.size() < COPIES) {
                first.add(server.id);
            }
            heardNs.put(server.id, world.nowNs());
        }
        ClusterTable empty = ClusterTable.birth("c", COPIES, 1, List.of());
        tables.add(empty.next(infos, List.of(new Partition(0, 1, first, List.of(), first))));
        tick();
        broadcast();
    }

    private void tick() {
        decide();
        world.after(100 * SimWorld.MS, this::tick);
    }

    private void broadcast() {
        publish();
        world.after(400 * SimWorld.MS, this::broadcast);
    }

    private void publish() {
        ClusterTable newest = table();
        for (SimServer server : world.servers) {
            if (world.isHealed || !world.chance(0.3)) {
                long delay = world.chance(0.2) ? world.between(0, 500 * SimWorld.MS) : world.between(0, SimWorld.MS);
                world.after(delay, () -> world.send(0, server.id.value(), () -> server.onTable(newest)));
            }
        }
    }

    void onReport(SimServer.Report report) {
        reports.put(report.from(), report);
        heardNs.put(report.from(), world.nowNs());
    }

    private boolean isHeard(ServerId id) {
        return reports.containsKey(id) && world.nowNs() - heardNs.getOrDefault(id, 0L) < 1500 * SimWorld.MS;
    }

    private boolean isAlive(ServerId id) {
        ServerInfo info = servers.get(id);
        return info != null && info.isAlive();
    }

    private void decide() {
        ClusterTable now = table();
        Partition row = now.partition(0);
        changed = false;
        epoch = row.epoch();
        inSync = new ArrayList<>(row.inSync());
        joining = new ArrayList<>(row.joining());
        servers.clear();
        now.servers().forEach(info -> servers.put(info.id(), info));
        for (SimServer server : world.servers) {
            restarted(server.id);
            faulty(server.id);
        }
        joined(now);
        unresponsive(now);
        damaged();
        fill();
        if (!world.isHealed && world.nowNs() > world.quietUntilNs && world.chance(0.04)) {
            move();
        }
        shrink();
        if (changed) {
            List<ServerInfo> infos = new ArrayList<>(servers.values());
            infos.sort((a, b) -> a.id().compareTo(b.id()));
            tables.add(now.next(infos, List.of(new Partition(0, epoch, inSync, joining, row.target()))));
            world.trace("table " + table().version() + " epoch " + epoch + " " + inSync + " joining " + joining);
            world.invariants.checkInSync();
            publish();
        }
    }

    private void restarted(ServerId id) {
        SimServer.Report report = reports.get(id);
        ServerInfo info = servers.get(id);
        if (report == null || info == null || !isHeard(id) || report.incarnation() == info.incarnation()) {
            return;
        }
        changed = true;
        boolean wasPrimary = inSync.get(0).equals(id);
        servers.put(
                id, info.restartedAs(info.address(), report.incarnation(), "").withState(ServerState.ATTACHED));
        if (!report.intact() && inSync.contains(id)) {
            if (inSync.size() > 1) {
                inSync.remove(id);
                joining.add(id);
            } else {
                epoch += LOSSY;
            }
        }
        if (wasPrimary) {
            epoch++;
        }
    }

    private void faulty(ServerId id) {
        ServerInfo info = servers.get(id);
        boolean suspected = !world.isHealed && world.nowNs() > world.quietUntilNs && world.chance(0.001);
        if (info == null) {
            return;
        }
        if (info.isAlive() && (!isHeard(id) || suspected)) {
            changed = true;
            servers.put(id, info.withState(ServerState.FAULT));
        } else if (!info.isAlive() && isHeard(id) && !suspected) {
            changed = true;
            servers.put(id, info.withState(ServerState.ATTACHED));
        }
        if (!isAlive(id)) {
            boolean others = inSync.stream().anyMatch(other -> !other.equals(id) && isAlive(other));
            if (inSync.contains(id) && others) {
                changed = true;
                if (inSync.get(0).equals(id)) {
                    epoch++;
                }
                inSync.remove(id);
                promoteAlive();
            }
            changed |= joining.remove(id);
        }
    }

    private void promoteAlive() {
        for (ServerId candidate : List.copyOf(inSync)) {
            if (isAlive(candidate)) {
                if (inSync.indexOf(candidate) > 0) {
                    epoch++;
                    inSync.remove(candidate);
                    inSync.add(0, candidate);
                }
                return;
            }
        }
    }

    private void joined(ClusterTable now) {
        SimServer.Report report = reports.get(inSync.get(0));
        if (report == null || report.tableVersion() != now.version() || changed) {
            return; // said of another table: a copy may have restarted since
        }
        for (ServerId id : report.joined()) {
            if (joining.contains(id) && isAlive(id)) {
                changed = true;
                joining.remove(id);
                inSync.add(id);
            }
        }
    }

    private void unresponsive(ClusterTable now) {
        SimServer.Report report = reports.get(inSync.get(0));
        List<ServerId> complaints =
                report == null || report.tableVersion() != now.version() ? List.of() : report.unresponsive();
        complainedNs.keySet().removeIf(id -> !complaints.contains(id));
        for (ServerId id : complaints) {
            long since = complainedNs.computeIfAbsent(id, key -> world.nowNs());
            if (world.nowNs() - since > SimWorld.SEC && inSync.contains(id) && inSync.size() > 1 && !changed) {
                changed = true;
                inSync.remove(id);
                joining.add(id);
                complainedNs.remove(id);
            }
        }
    }

    /** As Repairs does it. */
    private void damaged() {
        for (ServerId id : List.copyOf(inSync)) {
            boolean others =
                    inSync.stream().anyMatch(other -> !other.equals(id) && isAlive(other) && !saysDamaged(other));
            boolean wasPrimary = inSync.get(0).equals(id);
            boolean isTurn = joining.isEmpty() || wasPrimary;
            if (!changed && isTurn && others && isAlive(id) && saysDamaged(id)) {
                changed = true;
                inSync.remove(id);
                joining.add(id);
                if (wasPrimary) {
                    epoch++;
                    inSync.sort((a, b) -> Boolean.compare(isGood(b), isGood(a)));
                }
            }
        }
    }

    private boolean isGood(ServerId id) {
        return isAlive(id) && !saysDamaged(id);
    }

    private boolean saysDamaged(ServerId id) {
        SimServer.Report report = reports.get(id);
        return report != null
                && report.damaged()
                && report.incarnation() == servers.get(id).incarnation()
                && report.tableVersion() == table().version();
    }

    private void fill() {
        for (SimServer server : world.servers) {
            boolean named = inSync.contains(server.id) || joining.contains(server.id);
            if (!named && isAlive(server.id) && inSync.size() + joining.size() < COPIES) {
                changed = true;
                joining.add(server.id);
            }
        }
    }

    private void move() {
        ServerId chosen = world.servers.get(world.random.nextInt(world.servers.size())).id;
        if (!isAlive(chosen) || inSync.get(0).equals(chosen)) {
            return;
        }
        if (inSync.contains(chosen)) {
            changed = true;
            epoch++;
            inSync.remove(chosen);
            inSync.add(0, chosen);
        } else if (!joining.contains(chosen)) {
            changed = true;
            joining.add(chosen);
        }
    }

    private void shrink() {
        if (inSync.size() > COPIES && !changed) {
            changed = true;
            inSync.remove(inSync.size() - 1 - world.random.nextInt(inSync.size() - 1));
        }
        if (inSync.size() >= COPIES && !joining.isEmpty() && world.isHealed && !changed) {
            changed = true;
            joining.clear();
        }
    }
}
