package io.kumo.manager.leader;

import io.kumo.base.HostPort;
import io.kumo.manager.plan.RebalancePlanner;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The state of the cluster for operators, from a table and what is seen. */
public final class ClusterStatus {
    private ClusterStatus() {}

    /** What a manager tells before there is a table. */
    public static StatusResult withoutTable(
            int replicas, int partitions, List<ManagerStatus> managers, Observations seen) {
        List<ServerStatus> servers = strangers(Set.of(), seen);
        RebalanceStatus rebalance = new RebalanceStatus(false, 0, 0, 0, 0, -1);
        return new StatusResult("", 0, replicas, partitions, 0, 0, false, managers, servers, rebalance, false);
    }

    public static StatusResult of(
            ClusterTable table, List<ManagerStatus> managers, Observations seen, RebalanceStatus rebalance) {
        List<ServerStatus> servers = new ArrayList<>(servers(table, seen));
        Set<ServerId> known = new HashSet<>();
        table.servers().forEach(info -> known.add(info.id()));
        servers.sort(Comparator.comparing(ServerStatus::address));
        servers.addAll(strangers(known, seen));
        return new StatusResult(
                table.clusterId(),
                table.version(),
                table.replicas(),
                table.partitionCount(),
                table.underReplicated(),
                down(table),
                table.autoReplace(),
                managers,
                servers,
                rebalance,
                table.orders().paused());
    }

    /** One line for each manager, the configured ones in their order. */
    public static List<ManagerStatus> managers(
            List<HostPort> configured, Set<HostPort> alive, Optional<HostPort> leader) {
        return configured.stream()
                .map(address -> new ManagerStatus(
                        address, leader.filter(address::equals).isPresent(), alive.contains(address)))
                .toList();
    }

    /** The servers of the table. */
    public static List<ServerStatus> servers(ClusterTable table, Observations seen) {
        Map<ServerId, int[]> counts = new HashMap<>();
        Set<ServerId> catchingUp = new HashSet<>();
        for (Partition row : table.partitions()) {
            row.primary().ifPresent(primary -> counts.computeIfAbsent(primary, missing -> new int[2])[0]++);
            row.inSync().forEach(copy -> counts.computeIfAbsent(copy, missing -> new int[2])[1]++);
            catchingUp.addAll(row.joining());
        }
        List<ServerStatus> servers = new ArrayList<>();
        for (ServerInfo info : table.servers()) {
            int[] count = counts.getOrDefault(info.id(), new int[2]);
            Optional<ServerReport> report = seen.sight(info.id()).map(ServerSight::report);
            servers.add(new ServerStatus(
                    info.id(),
                    info.address(),
                    stateOf(info, catchingUp.contains(info.id()), table.orders()),
                    count[0],
                    count[1],
                    report.map(ServerReport::items).orElse(0L),
                    report.map(ServerReport::bytes).orElse(0L),
                    report.map(known -> known.damaged().size()).orElse(0)));
        }
        return servers;
    }

    private static String stateOf(ServerInfo info, boolean isCatchingUp, Orders orders) {
        if (info.state() == ServerState.FAULT) {
            return "fault";
        }
        if (info.state() == ServerState.LEAVING) {
            return "leaving";
        }
        if (orders.isDrained(info.id())) {
            return "drained";
        }
        return isCatchingUp ? "joining" : "active";
    }

    /** Servers that report but are not attached. */
    private static List<ServerStatus> strangers(Set<ServerId> known, Observations seen) {
        return seen.servers().values().stream()
                .filter(sight ->
                        sight.isConnected() && !known.contains(sight.report().server()))
                .map(ServerSight::report)
                .sorted(Comparator.comparing(ServerReport::address))
                .map(report -> new ServerStatus(
                        report.server(), report.address(), "new", 0, 0, report.items(), report.bytes(), 0))
                .toList();
    }

    /** Partitions with no live copy in sync. */
    public static int down(ClusterTable table) {
        Set<ServerId> alive = alive(table);
        int down = 0;
        for (Partition row : table.partitions()) {
            down += row.inSync().isEmpty() || row.inSync().stream().anyMatch(alive::contains) ? 0 : 1;
        }
        return down;
    }

    /** Whether any partition is on its way. */
    public static boolean isMoving(ClusterTable table) {
        Set<ServerId> alive = alive(table);
        for (Partition row : table.partitions()) {
            if (!row.joining().isEmpty()
                    || (!table.orders().paused()
                            && RebalancePlanner.next(row, alive::contains, table.orders()::isDrained)
                                    .isPresent())) {
                return true;
            }
        }
        return false;
    }

    private static Set<ServerId> alive(ClusterTable table) {
        Set<ServerId> alive = new HashSet<>();
        table.servers().stream().filter(ServerInfo::isAlive).forEach(info -> alive.add(info.id()));
        return alive;
    }
}
