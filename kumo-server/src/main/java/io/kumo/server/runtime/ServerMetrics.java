package io.kumo.server.runtime;

import io.kumo.node.runtime.Figures;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import io.kumo.node.runtime.RecentLatency;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.Figure;
import io.kumo.server.store.runtime.Storage;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** What operators see of a server: its meters, its health, and what {@code kumoctl stat} shows. */
final class ServerMetrics {
    private static final long PERIOD_MS = 1_000;
    private static final int RECENT_SECONDS = 10;

    private final DataNode data;
    private final ClusterLinks links;
    private final List<OperationMeters> meters;
    private final RecentLatency latency;

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
        metrics.gauge(Meter.DISK_USABLE, storage::usableBytes);
        metrics.counter(Meter.COPIED, data.copied()::total);
        List<Shard> shards = data.shards().all();
        metrics.counter(
                Meter.STORE_READS, () -> sum(shards, shard -> shard.host().storeReads()));
        metrics.counter(
                Meter.CHECKPOINTED,
                () -> sum(shards, shard -> shard.checkpointer().recordCount()));
        metrics.counter(Meter.EXPIRED, () -> sum(data.sweepers(), Sweeper::expiredCount));
        meters = shards.stream().map(Shard::meters).toList();
        latency = new RecentLatency(
                meters.stream().flatMap(each -> each.latencies().stream()).toList(), RECENT_SECONDS);
        OperationMeters.register(metrics, meters);
        data.node().vertx().setPeriodic(PERIOD_MS, ignored -> latency.tick());
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
        ShardView now = data.view();
        Storage storage = data.storage();
        return Figures.of(
                        data.node().clock(),
                        data.node().build(),
                        data.node().admin().address())
                .with(Figure.ROLE, DataNode.ROLE)
                .with(Figure.ID, storage.directory().serverId())
                .with(Figure.CLUSTER, data.tables().clusterId())
                .with(Figure.TABLE_VERSION, data.tables().version())
                .with(Figure.CMD_GET, sum(meters, OperationMeters::gets))
                .with(Figure.CMD_SET, sum(meters, OperationMeters::sets))
                .with(Figure.CMD_DELETE, sum(meters, OperationMeters::deletes))
                .with(Figure.P99_US, latency.quantileUs(0.99))
                .with(Figure.CURR_ITEMS, data.counts().total())
                .with(Figure.STORE_BYTES, storage.records().bytes())
                .with(Figure.LOG_BYTES, storage.log().bytes())
                .with(Figure.LOG_QUEUE_BYTES, storage.log().queuedBytes())
                .with(Figure.DIRTY_BYTES, now.dirtyBytes())
                .with(Figure.CLEAN_BYTES, now.cleanBytes())
                .with(Figure.DISK_TOTAL_BYTES, storage.totalBytes())
                .with(Figure.DISK_FREE_BYTES, storage.usableBytes())
                .with(Figure.DISK_RESERVE_BYTES, data.options().diskReserveBytes())
                .with(Figure.WRITES_REFUSED, data.refusesWrites())
                .with(Figure.PRIMARIES, now.primaries())
                .with(Figure.PROMOTING, now.promoting())
                .with(Figure.COPIES, now.copies())
                .with(Figure.JOINING, now.joining())
                .with(Figure.DAMAGED, now.damaged())
                .with(Figure.LEASES_LACKING, now.unleased())
                .with(Figure.REPLICATION_LAG, now.lag())
                .with(Figure.IN_FLIGHT, data.inFlight())
                .with(Figure.COPIED_BYTES, data.copied().total())
                .result(name);
    }
}
