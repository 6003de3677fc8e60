package io.kumo.manager.leader;

import io.kumo.manager.plan.PlacementNode;
import io.kumo.manager.plan.PlacementPlanner;
import io.kumo.manager.plan.RebalancePlanner;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The next version of the table while it is being made; used by one call of {@link Leader}. */
final class Draft {
    private final ClusterTable before;
    private final Map<ServerId, ServerInfo> servers = new TreeMap<>();
    private final List<Partition> rows;
    private final List<LeaderEvent> events = new ArrayList<>();
    private Set<ServerId> alive = Set.of();
    private boolean autoReplace;
    private Orders orders;
    private long plannedMoves;

    Draft(ClusterTable before) {
        this.before = before;
        this.rows = new ArrayList<>(before.partitions());
        this.autoReplace = before.autoReplace();
        this.orders = before.orders();
        this.plannedMoves = before.plannedMoves();
        before.servers().forEach(info -> servers.put(info.id(), info));
    }

    ClusterTable before() {
        return before;
    }

    List<Partition> rows() {
        return rows;
    }

    void set(Partition row) {
        rows.set(row.id(), row);
    }

    /** A copy: servers may be changed while it is walked. */
    List<ServerInfo> servers() {
        return List.copyOf(servers.values());
    }

    @Nullable
    ServerInfo server(ServerId id) {
        return servers.get(id);
    }

    void set(ServerInfo info) {
        servers.put(info.id(), info);
    }

    void remove(ServerId id) {
        servers.remove(id);
    }

    boolean autoReplace() {
        return autoReplace;
    }

    void setAutoReplace(boolean on) {
        autoReplace = on;
    }

    Orders orders() {
        return orders;
    }

    void setOrders(Orders newOrders) {
        orders = newOrders;
    }

    void event(String kind, ServerId server, String text) {
        events.add(new LeaderEvent(kind, Optional.of(server), text));
    }

    void event(String kind, String text) {
        events.add(new LeaderEvent(kind, Optional.empty(), text));
    }

    List<LeaderEvent> events() {
        return events;
    }

    /** Servers that can act in this table now. */
    void setAlive(Collection<ServerId> ids) {
        alive = new HashSet<>(ids);
    }

    boolean isAlive(ServerId id) {
        return alive.contains(id);
    }

    /** Takes in a server that was attached just now. */
    void addAlive(ServerId id) {
        alive.add(id);
    }

    long placedCount() {
        return servers.values().stream().filter(ServerInfo::placed).count();
    }

    /** Plans where copies belong on the servers that are placed. Rows that nobody has get their copies at once. */
    void plan() {
        List<PlacementNode> nodes = servers.values().stream()
                .filter(ServerInfo::placed)
                .map(info -> new PlacementNode(info.id(), info.zone()))
                .toList();
        List<List<ServerId>> have = rows.stream().map(Draft::holders).toList();
        List<List<ServerId>> targets = PlacementPlanner.plan(have, nodes, before.replicas());
        for (Partition row : List.copyOf(rows)) {
            set(filled(row.withTarget(withDrained(row, targets.get(row.id())))));
        }
        plannedMoves = remainingMoves();
    }

    /** Where there are fewer servers than copies, those that are drained keep theirs, and lead nothing. */
    private List<ServerId> withDrained(Partition row, List<ServerId> target) {
        List<ServerId> all = new ArrayList<>(target);
        for (ServerId holder : holders(row)) {
            if (!target.isEmpty() && all.size() < before.replicas() && orders.isDrained(holder)) {
                all.add(holder);
            }
        }
        return all;
    }

    /** A row that nobody has: there is no data, so whoever is meant to have it is in sync. */
    Partition filled(Partition row) {
        List<ServerId> copies = row.target().stream().filter(this::isAlive).toList();
        return row.inSync().isEmpty() && !copies.isEmpty() ? row.with(row.epoch() + 1, copies, List.of()) : row;
    }

    /** The servers that should keep the row first, those that merely have it last. */
    private static List<ServerId> holders(Partition row) {
        Set<ServerId> holders = new LinkedHashSet<>(row.target());
        holders.addAll(row.inSync());
        holders.addAll(row.joining());
        return List.copyOf(holders);
    }

    long remainingMoves() {
        return rows.stream().mapToLong(RebalancePlanner::remainingMoves).sum();
    }

    Map<ServerId, Integer> primaryCounts() {
        Map<ServerId, Integer> counts = new HashMap<>();
        for (Partition row : rows) {
            row.primary().ifPresent(primary -> counts.merge(primary, 1, Integer::sum));
        }
        return counts;
    }

    /** Whether any row names it, or wants to. */
    boolean isNeeded(ServerId id) {
        return rows.stream().anyMatch(row -> row.names(id) || row.target().contains(id));
    }

    void setState(ServerInfo info, ServerState state) {
        set(info.withState(state));
    }

    /**
     * The table, if it differs from the one before.
     *
     * @param always a version of its own even if nothing differs
     */
    Optional<ClusterTable> table(boolean always) {
        List<ServerInfo> newServers = List.copyOf(servers.values());
        boolean isSame = newServers.equals(before.servers())
                && rows.equals(before.partitions())
                && autoReplace == before.autoReplace()
                && orders.equals(before.orders())
                && plannedMoves == before.plannedMoves();
        return isSame && !always
                ? Optional.empty()
                : Optional.of(new ClusterTable(
                        before.clusterId(),
                        before.version() + 1,
                        before.replicas(),
                        autoReplace,
                        plannedMoves,
                        before.managers(),
                        newServers,
                        rows,
                        orders));
    }
}
