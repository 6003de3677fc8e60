package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import io.kumo.node.runtime.Node.Stopper;
import io.kumo.server.store.runtime.Storage;
import io.kumo.server.store.runtime.StoreDirectory;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each newer table to the event loops, once the directory says for good which cluster it belongs to; fetches
 * newer ones from who is said to know them. Lives on one context, where its methods are called unless they say
 * otherwise.
 */
final class TableFeed {
    private static final Logger LOG = LoggerFactory.getLogger(TableFeed.class);

    private static final long RETRY_MS = 1_000;
    /** A disk that is so slow, or full, must not keep this server from taking over. */
    private static final long KEEP_MS = 1_000;

    private final Context context;
    private final TableHolder tables;
    private final Storage storage;
    private final Stopper stopper;
    private final Consumer<ClusterTable> spread;
    private Function<ClusterTable, Future<Void>> keeper = table -> Future.succeededFuture();
    private boolean isBusy;
    private boolean isSettled;
    private boolean isAsking;
    private long spreadVersion;

    /** @param spread hands a table to all that act on it; called on {@code context} with newer and newer tables */
    TableFeed(Context context, TableHolder tables, Storage storage, Stopper stopper, Consumer<ClusterTable> spread) {
        this.context = context;
        this.tables = tables;
        this.storage = storage;
        this.stopper = stopper;
        this.spread = spread;
    }

    /**
     * From any thread.
     *
     * @param keeper completes once a start would find that table
     */
    void start(Function<ClusterTable, Future<Void>> keeper) {
        context.runOnContext(onLoop -> {
            this.keeper = keeper;
            tables.listen(context, ignored -> next());
        });
    }

    /** Versions that came while one was being handed over are skipped, all but the newest. */
    private void next() {
        ClusterTable table = tables.orNull();
        if (isBusy || table == null || table.version() <= spreadVersion) {
            return;
        }
        isBusy = true;
        prepare(table).compose(ignored -> keep(table)).onComplete(done -> {
            isBusy = false;
            if (done.failed() && NoSpace.isCauseOf(done.cause())) {
                LOG.warn("a table waits for room on the disk version={}", table.version());
                context.owner().setTimer(RETRY_MS, timer -> next());
                return;
            }
            if (done.failed()) {
                ErrorCode code = done.cause() instanceof KumoException known ? known.code() : ErrorCode.STORE_FAILED;
                stopper.stop(code, String.valueOf(done.cause().getMessage()));
                return;
            }
            spreadVersion = table.version();
            spread.accept(table);
            next();
        });
    }

    /** What has to be on disk before anything acts on the table. */
    private Future<?> prepare(ClusterTable table) {
        StoreDirectory directory = storage.directory();
        boolean isNew = directory.clusterId().isEmpty();
        boolean settles = !isSettled && namesThisProcess(table, directory);
        if (!isNew && !settles) {
            return Future.succeededFuture();
        }
        return context.executeBlocking(
                        () -> {
                            if (isNew) {
                                directory.joinCluster(table.clusterId());
                                LOG.info("joined a cluster cluster={}", table.clusterId());
                            }
                            if (settles) {
                                storage.settled();
                            }
                            return true;
                        },
                        false)
                .onSuccess(written -> isSettled |= settles);
    }

    /**
     * Were all managers lost, what servers have kept is all that new ones go on from: they must not find less than what
     * this server has acted on.
     */
    private Future<?> keep(ClusterTable table) {
        Promise<Void> kept = ((ContextInternal) context).promise();
        keeper.apply(table).onComplete(kept);
        return kept.future().timeout(KEEP_MS, TimeUnit.MILLISECONDS).recover(failure -> {
            LOG.warn("a table is acted on and not yet kept version={} reason={}", table.version(), failure.toString());
            return Future.succeededFuture();
        });
    }

    /** Whether the table counts with this process, not with one that the server was before. */
    static boolean namesThisProcess(ClusterTable table, StoreDirectory directory) {
        return table.server(directory.serverId())
                .filter(info -> info.incarnation() == directory.incarnation())
                .isPresent();
    }

    /**
     * Somebody knows a newer table.
     *
     * @param ask fetches a table newer than a version
     */
    void fetch(long version, LongFunction<Future<Bytes>> ask) {
        if (version <= tables.version() || isAsking) {
            return;
        }
        isAsking = true;
        ask.apply(tables.version()).onComplete(done -> {
            isAsking = false;
            if (done.succeeded()) {
                take(done.result());
            }
        });
    }

    private void take(@Nullable Bytes table) {
        try {
            if (table != null && !table.isEmpty()) {
                tables.offer(TableCodec.decode(table));
            }
        } catch (KumoException e) {
            LOG.warn("table not taken error=\"{}\"", e.getMessage());
        }
    }

    /** Whether the newest table counts with this server as it is now. From any thread. */
    boolean isTakingPart() {
        ClusterTable table = tables.orNull();
        return table != null && namesThisProcess(table, storage.directory());
    }
}
