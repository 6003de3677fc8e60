package io.kumo.table;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One immutable version of the partition table: all that the cluster has agreed on.
 *
 * @param clusterId random, given at birth; 16 hexadecimal digits
 * @param version 1 at birth, then one more with each change
 * @param replicas copies of each partition that the planner aims at, 1 to 8
 * @param autoReplace whether servers that come are attached, and partitions moved, without a command
 * @param plannedMoves copies and primaries that had to move when the targets were last planned; for progress
 * @param managers RPC addresses of all managers, sorted; they and the attached servers vote for the next version
 * @param servers sorted by id
 * @param partitions by id; their count is a power of two and never changes
 * @param orders of operators, that last
 */
public record ClusterTable(
        String clusterId,
        long version,
        int replicas,
        boolean autoReplace,
        long plannedMoves,
        List<HostPort> managers,
        List<ServerInfo> servers,
        List<Partition> partitions,
        Orders orders) {
    public ClusterTable {
        managers = List.copyOf(managers);
        servers = List.copyOf(servers);
        partitions = List.copyOf(partitions);
        Check.invariant(!clusterId.isEmpty() && version >= 1, "cluster id '%s', version %d", clusterId, version);
        Check.invariant(replicas >= 1 && replicas <= 8, "%d replicas", replicas);
        Check.invariant(Integer.bitCount(partitions.size()) == 1, "%d partitions", partitions.size());
        for (int i = 0; i < partitions.size(); i++) {
            int id = partitions.get(i).id();
            if (id != i) {
                throw new IllegalStateException("invariant broken: partition " + id + " at place " + i);
            }
        }
        for (int i = 1; i < servers.size(); i++) {
            Check.invariant(servers.get(i - 1).id().compareTo(servers.get(i).id()) < 0, "servers are not sorted");
        }
    }

    /** The first version: no server, nobody has anything. */
    public static ClusterTable birth(String clusterId, int replicas, int partitionCount, List<HostPort> managers) {
        List<Partition> rows = new ArrayList<>(partitionCount);
        for (int i = 0; i < partitionCount; i++) {
            rows.add(Partition.empty(i));
        }
        List<HostPort> sorted = managers.stream().sorted().toList();
        return new ClusterTable(clusterId, 1, replicas, false, 0, sorted, List.of(), rows, Orders.NONE);
    }

    public Optional<ServerInfo> server(ServerId id) {
        for (ServerInfo info : servers) {
            if (info.id().equals(id)) {
                return Optional.of(info);
            }
        }
        return Optional.empty();
    }

    public Partition partition(int id) {
        return partitions.get(id);
    }

    public int partitionCount() {
        return partitions.size();
    }

    /** Copies that a partition can have now: {@link #replicas}, or fewer while fewer servers are placed. */
    public int copiesPossible() {
        int placed = (int) servers.stream().filter(ServerInfo::placed).count();
        return Math.min(replicas, placed);
    }

    /** Partitions with fewer than {@link #replicas} copies in sync on servers that are not marked as faulty. */
    public int underReplicated() {
        int count = 0;
        for (Partition row : partitions) {
            long good = row.inSync().stream()
                    .filter(id -> server(id).map(ServerInfo::isAlive).orElse(false))
                    .count();
            count += good < replicas ? 1 : 0;
        }
        return count;
    }

    /** The next version, with other servers and rows. */
    public ClusterTable next(List<ServerInfo> newServers, List<Partition> newPartitions) {
        return new ClusterTable(
                clusterId,
                version + 1,
                replicas,
                autoReplace,
                plannedMoves,
                managers,
                newServers,
                newPartitions,
                orders);
    }
}
