package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.TextReplies;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The figures of the stats command: those of memcached that a gateway has, and its own. Any loop may ask. */
final class StatsReport {
    private static final long NS_PER_S = 1_000_000_000L;

    private final Gateway gateway;
    private final long startNs;
    /** What had been counted at the last reset. */
    private volatile long[] baseline = new long[Count.COUNT];

    StatsReport(Gateway gateway) {
        this.gateway = gateway;
        startNs = gateway.clock().monotonicNs();
    }

    /** Since the process started, over all loops. */
    long total(Count what) {
        long sum = 0;
        for (GatewayLoop loop : gateway.loops()) {
            sum += loop.stats().value(what);
        }
        return sum;
    }

    /** Operations under way. */
    int flying() {
        int sum = 0;
        for (GatewayLoop loop : gateway.loops()) {
            sum += loop.dispatcher().flying();
        }
        return sum;
    }

    /** Operations that wait to be tried again. */
    int waiting() {
        int sum = 0;
        for (GatewayLoop loop : gateway.loops()) {
            sum += loop.dispatcher().waiting();
        }
        return sum;
    }

    /** Counts anew from now. */
    void reset() {
        long[] now = new long[Count.COUNT];
        for (Count count : Count.values()) {
            now[count.index()] = total(count);
        }
        baseline = now;
    }

    /** Answers {@code stats} with a topic; false for one that there is not. */
    boolean write(String topic, ClientSession asking, ByteBuf out) {
        switch (topic) {
            case "":
                general(out);
                break;
            case "settings":
                SettingsReport.write(gateway, out);
                break;
            case "kumo":
                cluster(out);
                break;
            case "conns":
                ConnectionsReport.write(gateway, asking, out);
                break;
            case "slabs":
                stat(out, "active_slabs", 0); // nothing is stored here
                stat(out, "total_malloced", 0);
                break;
            case "sizes", "sizes_enable", "sizes_disable":
                TextReplies.stat(out, "sizes_status", "disabled");
                break;
            case "items", "extstore":
                break;
            case "reset":
                reset();
                TextReplies.line(out, "RESET");
                return true;
            default:
                return false;
        }
        TextReplies.end(out);
        return true;
    }

    private void general(ByteBuf out) {
        stat(out, "pid", ProcessHandle.current().pid());
        stat(out, "uptime", (gateway.clock().monotonicNs() - startNs) / NS_PER_S);
        stat(out, "time", gateway.clock().wallMs() / 1000);
        TextReplies.stat(out, "version", TextReplies.MEMCACHED_VERSION);
        stat(out, "pointer_size", 64);
        cpu(out);
        stat(out, "max_connections", gateway.options().limits().maxConnections());
        stat(out, "curr_connections", gateway.connections());
        stat(out, "connection_structures", gateway.connections());
        long[] base = baseline;
        for (Count count : Count.values()) {
            stat(out, count.statName(), total(count) - base[count.index()]);
        }
        stat(out, "accepting_conns", 1);
        stat(out, "listen_disabled_num", 0);
        stat(out, "time_in_listen_disabled_us", 0);
        stat(out, "threads", gateway.loops().size());
        long held = 0;
        for (GatewayLoop loop : gateway.loops()) {
            held += loop.heldBytes();
        }
        stat(out, "bytes", held);
        stat(out, "limit_maxbytes", gateway.options().limits().totalBytes());
        stat(out, "curr_items", gateway.figures().records());
        stat(out, "total_items", total(Count.STORED) + total(Count.CAS_HITS));
        stat(out, "evictions", 0);
        stat(out, "reclaimed", 0);
        stat(out, "lrutail_reflocked", 0);
        NearCache cache = gateway.nearCache();
        stat(out, "kumo_near_cache_items", cache == null ? 0 : cache.count());
        stat(out, "kumo_near_cache_bytes", cache == null ? 0 : cache.bytes());
        stat(out, "kumo_in_flight", flying());
        stat(out, "kumo_waiting", waiting());
        stat(out, "kumo_table_version", gateway.tables().version());
    }

    private static void cpu(ByteBuf out) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean host) {
            double seconds = host.getProcessCpuTime() / (double) NS_PER_S;
            TextReplies.stat(out, "rusage_user", String.format(Locale.ROOT, "%.6f", seconds));
            TextReplies.stat(out, "rusage_system", "0.000000"); // what the JVM knows is the sum of both
        }
    }

    private void cluster(ByteBuf out) {
        ClusterTable table = gateway.tables().orNull();
        ClusterFigures figures = gateway.figures();
        TextReplies.stat(out, "kumo_version", gateway.build());
        stat(out, "table_version", gateway.tables().version());
        if (table != null) {
            TextReplies.stat(out, "cluster", table.clusterId());
            stat(out, "servers", table.servers().size());
            stat(out, "partitions", table.partitionCount());
            stat(out, "copies_wanted", table.replicas());
            int[] primaries = new int[table.servers().size()];
            int down = primaries(table, primaries);
            stat(out, "partitions_without_primary", down);
            for (int i = 0; i < primaries.length; i++) {
                ServerInfo server = table.servers().get(i);
                stat(out, "primaries:" + server.address(), primaries[i]);
            }
        }
        TextReplies.stat(out, "managers_connected", String.join(",", figures.managers()));
        TextReplies.stat(out, "leader", figures.leader().isEmpty() ? "unknown" : figures.leader());
        stat(out, "figures_age_ms", figures.ageMs(gateway.clock().monotonicNs()));
        stat(out, "records", figures.records());
        stat(out, "records_of_all_copies", figures.copiedRecords());
        stat(out, "bytes_of_all_copies", figures.copiedBytes());
        stat(out, "partitions_under_replicated", figures.underReplicated());
        stat(out, "in_flight", flying());
        stat(out, "waiting_for_retry", waiting());
        stat(out, "retries", total(Count.RETRIES));
    }

    /** Counts the primaries of each server; returns how many partitions have none. */
    private static int primaries(ClusterTable table, int[] counts) {
        Map<ServerId, Integer> places = new HashMap<>();
        for (int i = 0; i < table.servers().size(); i++) {
            places.put(table.servers().get(i).id(), i);
        }
        int none = 0;
        for (Partition row : table.partitions()) {
            Integer place =
                    row.inSync().isEmpty() ? null : places.get(row.inSync().get(0));
            if (place == null) {
                none++;
            } else {
                counts[place]++;
            }
        }
        return none;
    }

    private static void stat(ByteBuf out, String name, long value) {
        TextReplies.stat(out, name, Long.toString(value));
    }
}
