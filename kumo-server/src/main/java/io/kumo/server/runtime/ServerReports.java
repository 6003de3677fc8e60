package io.kumo.server.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.replica.ReplicaView;
import io.kumo.server.store.runtime.Storage;
import io.kumo.server.store.runtime.StoreDirectory;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Says what this server is, has and sees: the report that every manager gets. Used on one context. */
final class ServerReports {
    /**
     * What this process is.
     *
     * @param address where others reach it
     * @param intact the log had at start all that was ever acknowledged
     * @param minCopies with fewer copies in sync it refuses writes
     * @param stopping it is about to end
     */
    record Identity(HostPort address, String zone, boolean intact, int minCopies, boolean stopping) {}

    /** What one event loop has to say, and the table that it knew then. */
    private record Part(
            long tableVersion,
            List<Position> positions,
            List<CopyReport> joined,
            List<CopyReport> unresponsive,
            List<CopyReport> damaged) {}

    private final Identity identity;
    private final Storage storage;
    private final TableHolder tables;
    private final Shards shards;
    private final RecordCounts counts;
    private final RateMeter copied;
    private final Supplier<ServerLoad> load;

    ServerReports(
            Identity identity,
            Storage storage,
            TableHolder tables,
            Shards shards,
            RecordCounts counts,
            RateMeter copied,
            Supplier<ServerLoad> load) {
        this.identity = identity;
        this.storage = storage;
        this.tables = tables;
        this.shards = shards;
        this.counts = counts;
        this.copied = copied;
        this.load = load;
    }

    /** What there is to report now; completes on {@code context}. */
    Future<ServerReport> gather(Context context) {
        ClusterTable table = tables.orNull();
        boolean isKnown = table != null && TableFeed.namesThisProcess(table, storage.directory());
        return shards.gather(context, shard -> partOf(shard.host(), !isKnown)).map(this::reportOf);
    }

    /** @param isNew no table names this process: nothing is known of what it has */
    private static Part partOf(ReplicaHost host, boolean isNew) {
        Part part = new Part(
                host.tableVersion(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Replica replica : host.replicas()) {
            List<ServerId> joined = replica.joined();
            List<ServerId> unresponsive = replica.unresponsive();
            boolean isDamaged = replica.isDamaged();
            boolean withPosition = isNew || isDamaged || replica.role() == ReplicaRole.JOINING;
            if (withPosition || !joined.isEmpty() || !unresponsive.isEmpty()) {
                ReplicaView view = replica.view();
                if (isDamaged || (isNew && !view.complete())) {
                    part.damaged.add(new CopyReport(view.partition(), view.epoch(), host.self()));
                }
                joined.forEach(copy -> part.joined.add(new CopyReport(view.partition(), view.epoch(), copy)));
                unresponsive.forEach(
                        copy -> part.unresponsive.add(new CopyReport(view.partition(), view.epoch(), copy)));
                if (withPosition && view.complete()) {
                    part.positions.add(new Position(view.partition(), view.lastEpoch(), view.lastSeq()));
                }
            }
        }
        return part;
    }

    private ServerReport reportOf(List<Part> parts) {
        StoreDirectory directory = storage.directory();
        return new ServerReport(
                directory.serverId(),
                identity.address(),
                directory.incarnation(),
                identity.zone(),
                directory.clusterId().orElse(""),
                parts.stream()
                        .mapToLong(Part::tableVersion)
                        .min()
                        .orElse(0), // what is said of copies is of no newer one
                identity.intact(),
                counts.total(),
                storage.records().bytes(),
                copied.total(),
                copied.perSec(),
                parts.stream().flatMap(part -> part.positions.stream()).toList(),
                parts.stream().flatMap(part -> part.joined.stream()).toList(),
                parts.stream().flatMap(part -> part.unresponsive.stream()).toList(),
                identity.minCopies(),
                identity.stopping(),
                parts.stream().flatMap(part -> part.damaged.stream()).toList(),
                load.get());
    }
}
