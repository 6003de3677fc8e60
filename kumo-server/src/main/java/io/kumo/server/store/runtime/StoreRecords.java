package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.ScanPage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@link RecordReader} over a store and its threads. */
final class StoreRecords implements RecordReader {
    private final RecordStore store;
    private final StoreThreads threads;
    private final Consumer<List<PartitionChange>> afterCheckpoint;
    private final Consumer<? super RuntimeException> afterFailure;

    /** @param afterCheckpoint on the checkpointing thread, when the changes are in the store */
    StoreRecords(
            RecordStore store,
            StoreThreads threads,
            Consumer<List<PartitionChange>> afterCheckpoint,
            Consumer<? super RuntimeException> afterFailure) {
        this.store = store;
        this.threads = threads;
        this.afterCheckpoint = afterCheckpoint;
        this.afterFailure = afterFailure;
    }

    @Override
    public void lookUp(LookupBatch batch) {
        batch.handOver();
        try {
            threads.read(() -> {
                for (int i = 0; i < batch.count(); i++) {
                    try {
                        batch.answer(i, store.get(batch.partition(i), batch.key(i)));
                    } catch (KumoException e) {
                        batch.answer(i, e);
                    }
                }
                batch.context().runOnContext(none -> batch.finish());
            });
        } catch (KumoException e) {
            for (int i = 0; i < batch.count(); i++) {
                batch.answer(i, e);
            }
            batch.context().runOnContext(none -> batch.finish());
        }
    }

    @Override
    public Future<ScanPage> scan(Context context, int partition, Bytes afterKey, int maxBytes) {
        return reading(context, () -> store.scan(partition, afterKey, maxBytes));
    }

    @Override
    public Future<Long> count(Context context, int partition) {
        return reading(context, () -> store.count(partition));
    }

    private <T> Future<T> reading(Context context, Supplier<T> action) {
        Promise<T> promise = ((ContextInternal) context).promise();
        try {
            threads.read(() -> complete(promise, action));
        } catch (KumoException e) {
            promise.fail(e);
        }
        return promise.future();
    }

    private static <T> void complete(Promise<T> promise, Supplier<T> action) {
        T result;
        try {
            result = action.get();
        } catch (RuntimeException e) {
            promise.fail(e);
            return;
        }
        promise.complete(result);
    }

    @Override
    public Future<Void> checkpoint(Context context, List<PartitionChange> changes) {
        Promise<Void> promise = ((ContextInternal) context).promise();
        try {
            threads.checkpoint(() -> {
                try {
                    store.apply(changes);
                    afterCheckpoint.accept(changes);
                } catch (RuntimeException e) {
                    afterFailure.accept(e);
                    promise.fail(new KumoException(ErrorCode.STORE_FAILED, "checkpoint: " + e.getMessage(), e));
                    return;
                }
                promise.complete();
            });
        } catch (KumoException e) {
            promise.fail(e);
        }
        return promise.future();
    }

    @Override
    public long bytes() {
        return store.bytes();
    }
}
