package io.kumo.server.store.runtime;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who waits for the log to be synced, without having asked for it with every entry: one sync in the background for all
 * that asked before it began. Any thread asks.
 */
final class SyncWaiters {
    /** What is done for those who wait. */
    @FunctionalInterface
    interface Sync {
        void run() throws IOException;
    }

    private final StoreThreads threads;
    private final Sync sync;
    private final Consumer<Throwable> fatal;
    private final List<Promise<Void>> waiting = new ArrayList<>();

    SyncWaiters(StoreThreads threads, Sync sync, Consumer<Throwable> fatal) {
        this.threads = threads;
        this.sync = sync;
        this.fatal = fatal;
    }

    /** Completes on the context once all that was written before is synced; fails if the store is closing. */
    Future<Void> await(Context context) {
        Promise<Void> promise = ((ContextInternal) context).promise();
        boolean isFirst;
        synchronized (waiting) {
            isFirst = waiting.isEmpty();
            waiting.add(promise);
        }
        if (isFirst) {
            try {
                threads.background(this::run);
            } catch (RuntimeException e) {
                take().forEach(each -> each.fail(e));
            }
        }
        return promise.future();
    }

    private void run() {
        List<Promise<Void>> served = take();
        try {
            sync.run();
        } catch (IOException | RuntimeException e) {
            fatal.accept(e);
            served.forEach(each -> each.fail(e));
            return;
        }
        served.forEach(Promise::complete);
    }

    private List<Promise<Void>> take() {
        synchronized (waiting) {
            List<Promise<Void>> taken = List.copyOf(waiting);
            waiting.clear();
            return taken;
        }
    }
}
