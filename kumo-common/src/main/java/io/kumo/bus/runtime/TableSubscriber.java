package io.kumo.bus.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.Topics;
import io.kumo.error.KumoException;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.kumo.table.TableDelta;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribes to the table at every manager and offers each one to a {@link TableHolder}: the retained full table first,
 * then deltas. Reconnects for as long as it takes. Lives on one context; its methods may be called from any thread.
 */
public final class TableSubscriber {
    /** What a manager's MQTT port is above its RPC port. */
    public static final int PORT_OFFSET = 20;

    private static final Logger LOG = LoggerFactory.getLogger(TableSubscriber.class);
    private static final long ASK_AGAIN_MS = 200;
    private static final int MOST_ASKS = 25;

    private final Vertx vertx;
    private final Context context;
    private final TableHolder holder;
    private final LongFunction<Future<Bytes>> askTable;
    private final List<MqttLink> links;
    private long wantedVersion;
    private int asks;
    private boolean isAsking;
    private boolean isClosed;
    private volatile String lastRefusal = "";

    /**
     * @param context where it lives
     * @param clientName for the managers' logs, e.g. {@code gateway-HOST-PID}; unique in the cluster
     * @param managers MQTT addresses of all managers; the RPC port + 20 unless another is given
     * @param askTable fetches a table newer than a version by RPC (TableGet to any manager or server): used where a
     *     delta does not fit; the bytes of {@code TableResult.table}, empty if there is none
     * @param access how managers let it in
     */
    public TableSubscriber(
            Vertx vertx,
            Context context,
            String clientName,
            List<HostPort> managers,
            TableHolder holder,
            LongFunction<Future<Bytes>> askTable,
            MqttAccess access) {
        this.vertx = vertx;
        this.context = context;
        this.holder = holder;
        this.askTable = askTable;
        this.links = managers.stream()
                .distinct()
                .map(manager -> new MqttLink(vertx, clientName, manager, access, this::onMessage))
                .toList();
    }

    /** The MQTT address of the manager that has that RPC address, unless another is given. */
    public static HostPort mqttAddress(HostPort rpcAddress) {
        return rpcAddress.withPort(rpcAddress.port() + PORT_OFFSET);
    }

    /** The RPC address of the manager that has that MQTT address. */
    public static HostPort rpcAddress(HostPort mqttAddress) {
        return mqttAddress.withPort(mqttAddress.port() - PORT_OFFSET);
    }

    /** Connects to every manager in the background. */
    public void start() {
        context.runOnContext(onLoop -> links.forEach(MqttLink::connect));
    }

    /** Managers that it is connected to now. */
    public int connectedCount() {
        return (int) links.stream().filter(MqttLink::isConnected).count();
    }

    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(onLoop -> {
            isClosed = true;
            Future.join(links.stream().map(MqttLink::close).toList())
                    .<Void>mapEmpty()
                    .onComplete(done);
        });
        return done.future();
    }

    private void onMessage(HostPort manager, String topic, Bytes payload) {
        if (isClosed || payload.isEmpty()) {
            return;
        }
        try {
            if (Topics.clusterOfTable(topic).isPresent()) {
                if (!holder.isKnown(TableCodec.stamp(payload))) {
                    holder.offer(TableCodec.decode(payload));
                }
            } else if (Topics.clusterOfDelta(topic).isPresent()) {
                onDelta(topic, payload);
            }
        } catch (KumoException | IllegalArgumentException | IllegalStateException e) {
            refused(manager, String.valueOf(e.getMessage()));
        }
    }

    private void onDelta(String topic, Bytes payload) {
        ClusterTable known = holder.orNull();
        if (known != null && !Topics.clusterOfDelta(topic).orElse("").equals(known.clusterId())) {
            return; // of another cluster at the same manager's address; its full table said so
        }
        if (holder.isKnown(TableDelta.stamp(payload))) {
            return;
        }
        TableDelta delta = TableDelta.decode(payload);
        if (known != null && delta.fits(known)) {
            holder.offer(delta.applyTo(known));
        } else if (delta.toVersion() > holder.version()) {
            wantedVersion = Math.max(wantedVersion, delta.toVersion());
            asks = 0;
            ask();
        }
    }

    /** Something between was missed: gets the whole table from whoever has it. */
    private void ask() {
        if (isAsking || isClosed || holder.version() >= wantedVersion || asks >= MOST_ASKS) {
            return;
        }
        isAsking = true;
        asks++;
        askTable.apply(holder.version())
                .onComplete(result -> context.runOnContext(onLoop -> {
                    isAsking = false;
                    if (result.succeeded() && !result.result().isEmpty()) {
                        take(result.result());
                    }
                    if (holder.version() < wantedVersion) {
                        vertx.setTimer(ASK_AGAIN_MS, timer -> ask());
                    }
                }));
    }

    private void take(Bytes table) {
        try {
            holder.offer(TableCodec.decode(table));
        } catch (KumoException | IllegalArgumentException | IllegalStateException e) {
            LOG.warn("table refused reason=\"{}\"", e.getMessage());
        }
    }

    private void refused(HostPort manager, String reason) {
        if (!reason.equals(lastRefusal)) { // not each second
            lastRefusal = reason;
            LOG.warn("table refused manager={} reason=\"{}\"", manager, reason);
        }
    }
}
