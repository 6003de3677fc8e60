package io.kumo.manager.runtime;

import io.kumo.base.Bytes;
import io.kumo.bus.Topics;
import io.kumo.manager.leader.ClusterStatus;
import io.kumo.manager.leader.LeaderEvent;
import io.kumo.manager.leader.Observations;
import io.kumo.manager.leader.TableEvents;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import io.kumo.table.TableDelta;
import io.kumo.time.Clock;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells over MQTT what this manager knows: every table (the whole one retained, and what changed from the one before),
 * the state of each server, the progress of rebalancing, and events. Every manager does so at its own broker. On the
 * manager's loop.
 */
final class TablePublisher {
    /** Subscribers follow the deltas; the whole table is sent to those present no more often than this. */
    private static final long FULL_TABLE_MS = 1_000;

    private final MqttBroker broker;
    private final Clock clock;
    private final Map<ServerId, Bytes> nodes = new HashMap<>();
    private @Nullable ClusterTable last;
    private Bytes lastRebalance = Bytes.EMPTY;
    private long fullTableMs;
    private long fullTableVersion;

    TablePublisher(MqttBroker broker, Clock clock) {
        this.broker = broker;
        this.clock = clock;
        this.fullTableMs = nowMs() - FULL_TABLE_MS;
    }

    /** Takes every table; returns what happened since the one before. */
    List<LeaderEvent> onTable(ClusterTable table) {
        ClusterTable before = last;
        last = table;
        String cluster = table.clusterId();
        Bytes whole = TableCodec.encode(table);
        if (before == null || before.version() + 1 != table.version() || isDue()) {
            sendWhole(table, whole);
        } else {
            broker.retain(Topics.table(cluster), whole);
        }
        if (before == null) {
            return List.of();
        }
        broker.publish(
                Topics.delta(cluster, table.version()),
                TableDelta.between(before, table).encode());
        List<LeaderEvent> events = TableEvents.between(before, table);
        events.forEach(event -> broker.publish(Topics.events(cluster), json(event, table.version())));
        return events;
    }

    private boolean isDue() {
        return nowMs() - fullTableMs >= FULL_TABLE_MS;
    }

    private void sendWhole(ClusterTable table, Bytes whole) {
        fullTableMs = nowMs();
        fullTableVersion = table.version();
        broker.publishRetained(Topics.table(table.clusterId()), whole);
    }

    /** To be called each second. */
    void refresh(Observations seen, RebalanceStatus rebalance) {
        ClusterTable table = last;
        if (table == null) {
            return;
        }
        if (table.version() != fullTableVersion && isDue()) {
            sendWhole(table, TableCodec.encode(table));
        }
        Bytes progress = json(rebalance);
        if (!progress.equals(lastRebalance)) {
            lastRebalance = progress;
            broker.publishRetained(Topics.rebalance(table.clusterId()), progress);
        }
        Set<ServerId> present = new HashSet<>();
        for (ServerStatus status : ClusterStatus.servers(table, seen)) {
            present.add(status.id());
            String zone = table.server(status.id()).map(ServerInfo::zone).orElse("");
            Bytes node = json(status, zone);
            if (!node.equals(nodes.put(status.id(), node))) {
                broker.publishRetained(Topics.node(table.clusterId(), status.id()), node);
            }
        }
        for (ServerId id : Set.copyOf(nodes.keySet())) {
            if (!present.contains(id)) {
                nodes.remove(id);
                broker.publishRetained(Topics.node(table.clusterId(), id), Bytes.EMPTY);
            }
        }
    }

    private Bytes json(LeaderEvent event, long version) {
        JsonObject json = new JsonObject()
                .put("event", event.kind())
                .put("text", event.text())
                .put("version", version)
                .put("timeMs", clock.wallMs());
        event.server().ifPresent(server -> json.put("server", server.toString()));
        return Bytes.utf8(json.encode());
    }

    private static Bytes json(ServerStatus status, String zone) {
        return Bytes.utf8(new JsonObject()
                .put("id", status.id().toString())
                .put("address", status.address().toString())
                .put("state", status.state())
                .put("zone", zone)
                .put("primaries", status.primaries())
                .put("copies", status.copies())
                .put("items", status.items())
                .put("bytes", status.bytes())
                .put("damaged", status.damaged())
                .encode());
    }

    private static Bytes json(RebalanceStatus status) {
        return Bytes.utf8(new JsonObject()
                .put("running", status.running())
                .put("movesDone", status.movesDone())
                .put("movesTotal", status.movesTotal())
                .put("bytesDone", status.bytesDone())
                .put("bytesPerSec", status.bytesPerSec())
                .put("etaSec", status.etaSec())
                .encode());
    }

    private long nowMs() {
        return clock.monotonicNs() / 1_000_000;
    }
}
