package io.kumo.bus.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableStamp;
import io.vertx.core.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The newest table that this process knows. Safe for any thread; reading it costs one volatile read. */
public final class TableHolder {
    private final List<Consumer<ClusterTable>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable ClusterTable newest;
    private String clusterId;

    /** @param clusterId whose tables are taken; empty for those of the cluster that is heard of first */
    public TableHolder(String clusterId) {
        this.clusterId = clusterId;
    }

    /** Null while none is known. */
    public @Nullable ClusterTable orNull() {
        return newest;
    }

    public Optional<ClusterTable> table() {
        return Optional.ofNullable(newest);
    }

    /** 0 while no table is known. */
    public long version() {
        ClusterTable table = newest;
        return table == null ? 0 : table.version();
    }

    /** Empty while none is known. */
    public synchronized String clusterId() {
        return clusterId;
    }

    /** Whether it is a table of this cluster that is no newer than the newest: to look at it would be in vain. */
    public boolean isKnown(TableStamp stamp) {
        ClusterTable table = newest;
        return table != null
                && table.version() >= stamp.version()
                && table.clusterId().equals(stamp.clusterId());
    }

    /**
     * Takes a committed table if it is newer than the newest, and tells the listeners.
     *
     * @return whether it was newer
     * @throws KumoException WRONG_CLUSTER for the table of another cluster
     */
    public synchronized boolean offer(ClusterTable table) {
        if (!clusterId.isEmpty() && !clusterId.equals(table.clusterId())) {
            throw new KumoException(
                    ErrorCode.WRONG_CLUSTER,
                    "a table of cluster " + table.clusterId() + " came, but this process belongs to cluster "
                            + clusterId + ": check the managers' addresses");
        }
        ClusterTable present = newest;
        if (present != null && present.version() >= table.version()) {
            return false;
        }
        clusterId = table.clusterId();
        newest = table;
        listeners.forEach(listener -> listener.accept(table));
        return true;
    }

    /** Hands every newer table to {@code listener} on {@code context}, in order, the present one first. */
    public void listen(Context context, Consumer<ClusterTable> listener) {
        listenInline(table -> context.runOnContext(ignored -> listener.accept(table)));
    }

    /** The same on whatever thread offers the table: for what returns at once and takes no lock. */
    public synchronized void listenInline(Consumer<ClusterTable> listener) {
        listeners.add(listener);
        ClusterTable present = newest;
        if (present != null) {
            listener.accept(present);
        }
    }
}
