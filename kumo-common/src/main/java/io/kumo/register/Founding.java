package io.kumo.register;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What managers without a table may start from: the table of a manager that has one, else that of the servers, else a
 * new one. Pure; the driver collects what it judges.
 */
public final class Founding {
    /**
     * How far versions go on after the loss of all managers: what they decided last may have reached a server that did
     * not report, and must not meet another table of the same version.
     */
    public static final long VERSION_GAP = 1L << 20;

    /** The same for the epochs of its rows: who led in a table that nobody reported may have written in its epoch. */
    public static final long EPOCH_GAP = 1L << 20;

    /**
     * How long new managers wait for those servers, too, that are not needed for most of them: one of these may know a
     * newer table, under which it acknowledged alone.
     */
    public static final long PATIENCE_MS = 10_000;

    private Founding() {}

    /**
     * What a server said of itself.
     *
     * @param clusterId empty for a new server
     * @param table the newest that it knows
     */
    public record ServerAccount(String clusterId, Optional<ClusterTable> table) {}

    /** What follows from it. */
    public sealed interface Decision {
        /** A manager has this table. */
        record Learn(ClusterTable table) implements Decision {}

        /** All managers are new, and this is what most servers know: go on from it. */
        record Refound(ClusterTable table) implements Decision {}

        /** Nobody knows of any cluster. */
        record Birth() implements Decision {}

        /** Not known yet; the text is for the operator. */
        record Wait(String reason) implements Decision {}
    }

    /**
     * Judges.
     *
     * @param configured all managers, this one too
     * @param answers of managers, this one too
     * @param servers those that reported
     * @param waitedMs since this manager has been up without a table
     */
    public static Decision decide(
            List<HostPort> configured,
            Map<HostPort, Learned> answers,
            Map<ServerId, ServerAccount> servers,
            long waitedMs) {
        Optional<ClusterTable> known = newest(answers.values().stream()
                .flatMap(answer -> answer.newer().stream())
                .toList());
        if (known.isPresent()) {
            return new Decision.Learn(known.get());
        }
        List<HostPort> silent = configured.stream()
                .distinct()
                .filter(manager -> !answers.containsKey(manager))
                .toList();
        if (!silent.isEmpty()) {
            return new Decision.Wait(
                    "no answer from manager " + join(silent) + ": all managers must be up when a cluster is founded");
        }
        TreeSet<String> clusters = new TreeSet<>();
        servers.values().forEach(account -> clusters.add(account.clusterId()));
        clusters.remove("");
        if (clusters.size() > 1) {
            return new Decision.Wait("servers of several clusters report: " + String.join(", ", clusters)
                    + "; stop those that do not belong here");
        }
        return clusters.isEmpty() ? new Decision.Birth() : refound(clusters.first(), configured, servers, waitedMs);
    }

    private static Decision refound(
            String clusterId, List<HostPort> configured, Map<ServerId, ServerAccount> servers, long waitedMs) {
        Map<ServerId, ClusterTable> tables = new HashMap<>();
        servers.forEach((id, account) -> account.table()
                .filter(table -> table.clusterId().equals(clusterId))
                .ifPresent(table -> tables.put(id, table)));
        Optional<ClusterTable> newest = newest(tables.values());
        if (newest.isEmpty()) {
            return new Decision.Wait(
                    "the managers are new, and no server of cluster " + clusterId + " has told its table yet");
        }
        ClusterTable table = newest.get();
        List<ServerInfo> silent = table.servers().stream()
                .filter(server -> !tables.containsKey(server.id()))
                .toList();
        int reported = table.servers().size() - silent.size();
        if (2 * reported <= table.servers().size()) {
            return new Decision.Wait("the managers are new, and only " + reported + " of "
                    + table.servers().size() + " servers of cluster " + clusterId + " have told their table; missing: "
                    + join(addresses(silent)));
        }
        List<ServerInfo> awaited = silent.stream()
                .filter(server -> server.state() != ServerState.FAULT)
                .toList();
        if (!awaited.isEmpty() && waitedMs < PATIENCE_MS) {
            return new Decision.Wait("the managers are new; for " + PATIENCE_MS / 1000
                    + " s they wait for what all servers of cluster " + clusterId + " know; missing: "
                    + join(addresses(awaited)));
        }
        return new Decision.Refound(new ClusterTable(
                clusterId,
                table.version() + VERSION_GAP,
                table.replicas(),
                table.autoReplace(),
                table.plannedMoves(),
                configured.stream().distinct().sorted().toList(),
                table.servers(),
                table.partitions().stream().map(Founding::inNewEpoch).toList(),
                table.orders()));
    }

    private static Partition inNewEpoch(Partition row) {
        return row.inSync().isEmpty() ? row : row.with(row.epoch() + EPOCH_GAP, row.inSync(), row.joining());
    }

    private static Optional<ClusterTable> newest(Iterable<ClusterTable> tables) {
        List<ClusterTable> all = new ArrayList<>();
        tables.forEach(all::add);
        return all.stream().max(Comparator.comparingLong(ClusterTable::version));
    }

    private static List<HostPort> addresses(List<ServerInfo> servers) {
        return servers.stream().map(ServerInfo::address).toList();
    }

    private static String join(List<HostPort> addresses) {
        Check.argument(!addresses.isEmpty(), "nothing to name");
        return String.join(", ", addresses.stream().map(HostPort::toString).toList());
    }
}
