package io.kumo.gateway.route;

import io.kumo.base.Bytes;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One version of the table, made ready for routing: the server of a key by two array look-ups. Immutable. */
public final class Router {
    /** What there is before the first table comes. */
    public static final Router NONE = new Router(0, List.of(), new int[0][]);

    private final long version;
    private final List<ServerInfo> servers;
    /** Of each partition, the copies in sync as places in {@link #servers}; the primary is the first one. */
    private final int[][] inSync;

    private Router(long version, List<ServerInfo> servers, int[][] inSync) {
        this.version = version;
        this.servers = servers;
        this.inSync = inSync;
    }

    public static Router of(ClusterTable table) {
        Map<ServerId, Integer> places = new HashMap<>();
        List<ServerInfo> servers = table.servers();
        for (int i = 0; i < servers.size(); i++) {
            places.put(servers.get(i).id(), i);
        }
        int[][] inSync = new int[table.partitionCount()][];
        for (Partition row : table.partitions()) {
            List<Integer> copies = new ArrayList<>();
            for (ServerId id : row.inSync()) {
                Integer place = places.get(id);
                if (place != null) {
                    copies.add(place);
                }
            }
            inSync[row.id()] = copies.stream().mapToInt(Integer::intValue).toArray();
        }
        return new Router(table.version(), servers, inSync);
    }

    /** 0 before the first table. */
    public long version() {
        return version;
    }

    /** Whether any server is attached: before that nothing can be served. */
    public boolean hasServers() {
        return !servers.isEmpty();
    }

    /** In the order of the places that the other methods return. */
    public List<ServerInfo> servers() {
        return servers;
    }

    public int partitionCount() {
        return inSync.length;
    }

    public int partitionOf(Bytes key) {
        return PartitionHash.partitionOf(key, inSync.length);
    }

    /** The place of the partition's primary; -1 if it has none. */
    public int primaryOf(int partition) {
        int[] copies = inSync[partition];
        return copies.length == 0 ? -1 : copies[0];
    }

    /**
     * The place of some copy in sync; -1 if there is none.
     *
     * @param turn any number: a different one gives a different copy
     */
    public int copyOf(int partition, int turn) {
        int[] copies = inSync[partition];
        return copies.length == 0 ? -1 : copies[Math.floorMod(turn, copies.length)];
    }
}
