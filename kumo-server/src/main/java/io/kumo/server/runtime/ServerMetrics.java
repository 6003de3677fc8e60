package io.kumo.server.runtime;

import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.server.store.runtime.Storage;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What operators see of a server: its meters, its health, and what {@code kumoctl stat} shows. */
final class ServerMetrics {
    private final DataNode data;
    private final ClusterLinks links;

    ServerMetrics(DataNode data, ClusterLinks links) {
        this.data = data;
        this.links = links;
        Metrics metrics = data.node().metrics();
        Storage storage = data.storage();
        metrics.gauge(Meter.TABLE_VERSION, data.tables()::version);
        ofView(metrics, "primary", ShardView::primaries);
        ofView(metrics, "promoting", ShardView::promoting);
        ofView(metrics, "copy", ShardView::copies);
        ofView(metrics, "joining", ShardView::joining);
        metrics.gauge(Meter.LEASES_LACKING, () -> data.view().unleased());
        metrics.gauge(Meter.REPLICATION_LAG, () -> data.view().lag());
        metrics.gauge(Meter.MEMTABLE_BYTES, () -> data.view().dirtyBytes(), "state", "dirty");
        metrics.gauge(Meter.MEMTABLE_BYTES, () -> data.view().cleanBytes(), "state", "clean");
        metrics.gauge(Meter.LOG_BYTES, storage.log()::bytes);
        metrics.gauge(Meter.LOG_QUEUE, storage.log()::queuedBytes);
        metrics.counter(Meter.LOG_APPENDED, storage.log()::appendedBytes);
        metrics.gauge(Meter.STORE_RECORDS, data.counts()::total);
        metrics.gauge(Meter.STORE_BYTES, storage.records()::bytes);
        metrics.counter(Meter.COPIED, data.copied()::total);
        List<Shard> shards = data.shards().all();
        metrics.counter(
                Meter.STORE_READS, () -> sum(shards, shard -> shard.host().storeReads()));
        metrics.counter(
                Meter.CHECKPOINTED,
                () -> sum(shards, shard -> shard.checkpointer().recordCount()));
        metrics.counter(Meter.EXPIRED, () -> sum(data.sweepers(), Sweeper::expiredCount));
        OperationMeters.register(metrics, shards.stream().map(Shard::meters).toList());
        data.handlers().on(Stat.METHOD, (from, call, reply) -> reply.ok(stat(call.name())));
    }

    private static <T> long sum(List<T> parts, ToLongFunction<T> value) {
        return parts.stream().mapToLong(value).sum();
    }

    private void ofView(Metrics metrics, String role, ToDoubleFunction<ShardView> value) {
        metrics.gauge(Meter.PARTITIONS, () -> value.applyAsDouble(data.view()), "role", role);
    }

    Health health() {
        ShardView now = data.view();
        Health health;
        if (data.tables().version() == 0) {
            health = Health.not("no partition table yet: the server is new, or no manager was reached");
        } else if (!data.feed().isTakingPart()) {
            health = Health.not("the partition table does not name this server as it is now");
        } else {
            health = Health.serving();
        }
        return health.with("tableVersion", data.tables().version())
                .with("managers", links.connectedManagers())
                .with("primaries", now.primaries())
                .with("promoting", now.promoting())
                .with("copies", now.copies())
                .with("joining", now.joining())
                .with("leasesLacking", now.unleased())
                .with("items", data.counts().total());
    }

    private StatResult stat(String name) {
        Map<String, Object> all = new LinkedHashMap<>();
        ShardView now = data.view();
        all.put("role", DataNode.ROLE);
        all.put("id", data.storage().directory().serverId());
        all.put("pid", ProcessHandle.current().pid());
        all.put("uptime", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
        all.put("time", data.node().clock().wallMs() / 1000);
        all.put("version", data.node().build());
        all.put("cluster", data.tables().clusterId());
        all.put("table_version", data.tables().version());
        all.put("curr_items", data.counts().total());
        all.put("store_bytes", data.storage().records().bytes());
        all.put("log_bytes", data.storage().log().bytes());
        all.put("log_queue_bytes", data.storage().log().queuedBytes());
        all.put("dirty_bytes", now.dirtyBytes());
        all.put("clean_bytes", now.cleanBytes());
        all.put("primaries", now.primaries());
        all.put("promoting", now.promoting());
        all.put("copies", now.copies());
        all.put("joining", now.joining());
        all.put("leases_lacking", now.unleased());
        all.put("replication_lag", now.lag());
        all.put("in_flight", data.inFlight());
        all.put("copied_bytes", data.copied().total());
        List<StatEntry> entries = all.entrySet().stream()
                .filter(entry -> name.isEmpty() || name.equals(entry.getKey()))
                .map(entry -> new StatEntry(entry.getKey(), String.valueOf(entry.getValue())))
                .toList();
        return new StatResult(entries);
    }
}
