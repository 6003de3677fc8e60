package io.kumo.bus.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Subscribes to the table at every manager and offers each one to a {@link TableHolder}: the retained full table first,
 * then deltas. Reconnects for as long as it takes.
 */
public final class TableSubscriber {
    /** What a manager's MQTT port is above its RPC port. */
    public static final int PORT_OFFSET = 20;

    /**
     * @param context where it lives
     * @param clientName for the managers' logs, e.g. {@code gateway-HOST-PID}; unique in the cluster
     * @param managers MQTT addresses of all managers; the RPC port + 20 unless another is given
     * @param askTable fetches a table newer than a version by RPC (TableGet to any manager or server): used where a
     *     delta does not fit; the bytes of {@code TableResult.table}, empty if there is none
     */
    public TableSubscriber(
            Vertx vertx,
            Context context,
            String clientName,
            List<HostPort> managers,
            TableHolder holder,
            LongFunction<Future<Bytes>> askTable) {}

    /** The MQTT address of the manager that has that RPC address, unless another is given. */
    public static HostPort mqttAddress(HostPort rpcAddress) {
        return rpcAddress.withPort(rpcAddress.port() + PORT_OFFSET);
    }

    /** Connects to every manager in the background. */
    public void start() {}

    /** Managers that it is connected to now. */
    public int connectedCount() {
        return 0;
    }

    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
