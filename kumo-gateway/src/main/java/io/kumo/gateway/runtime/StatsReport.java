package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.TextReplies;
import io.kumo.table.ClusterTable;
import io.netty.buffer.ByteBuf;
import java.lang.management.ManagementFactory;
import java.util.Locale;

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
    boolean write(String topic, ByteBuf out) {
        switch (topic) {
            case "":
                general(out);
                break;
            case "settings":
                settings(out);
                break;
            case "items", "slabs", "sizes", "conns":
                break; // nothing is stored here
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
        TextReplies.stat(out, "version", TextReplies.MEMCACHED_VERSION + " kumo-" + gateway.build());
        stat(out, "pointer_size", 64);
        cpu(out);
        stat(out, "max_connections", gateway.options().limits().maxConnections());
        stat(out, "curr_connections", gateway.connections());
        long[] base = baseline;
        for (Count count : Count.values()) {
            stat(out, count.statName(), total(count) - base[count.index()]);
        }
        stat(out, "threads", gateway.loops().size());
        long held = 0;
        for (GatewayLoop loop : gateway.loops()) {
            held += loop.heldBytes();
        }
        stat(out, "bytes", held);
        stat(out, "limit_maxbytes", gateway.options().limits().totalBytes());
        stat(out, "kumo_in_flight", flying());
        stat(out, "kumo_waiting", waiting());
        cluster(out);
    }

    private static void cpu(ByteBuf out) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean host) {
            double seconds = host.getProcessCpuTime() / (double) NS_PER_S;
            TextReplies.stat(out, "kumo_cpu_seconds", String.format(Locale.ROOT, "%.3f", seconds));
        }
    }

    private void cluster(ByteBuf out) {
        ClusterTable table = gateway.tables().orNull();
        stat(out, "kumo_table_version", gateway.tables().version());
        if (table != null) {
            TextReplies.stat(out, "kumo_cluster", table.clusterId());
            stat(out, "kumo_servers", table.servers().size());
            stat(out, "kumo_partitions", table.partitionCount());
            stat(out, "kumo_replicas", table.replicas());
        }
    }

    private void settings(ByteBuf out) {
        GatewayOptions options = gateway.options();
        stat(out, "maxbytes", options.limits().totalBytes());
        stat(out, "maxconns", options.limits().maxConnections());
        TextReplies.stat(out, "inter", options.listeners().get(0).where());
        stat(out, "num_threads", gateway.loops().size());
        stat(out, "item_size_max", options.maxValueBytes());
        TextReplies.stat(out, "cas_enabled", "yes");
        TextReplies.stat(out, "flush_enabled", yes(options.flushAll()));
        TextReplies.stat(out, "key_prefix", options.keyPrefix().toUtf8());
        stat(out, "kumo_timeout_ms", options.timeoutMs());
        TextReplies.stat(out, "kumo_stale_reads", yes(options.staleReads()));
        TextReplies.stat(out, "kumo_async_set", yes(options.asyncSet()));
        TextReplies.stat(out, "kumo_async_delete", yes(options.asyncDelete()));
    }

    private static String yes(boolean is) {
        return is ? "yes" : "no";
    }

    private static void stat(ByteBuf out, String name, long value) {
        TextReplies.stat(out, name, Long.toString(value));
    }
}
