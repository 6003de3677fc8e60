package io.kumo.server.runtime;

import io.kumo.node.runtime.Latency;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.replica.Replica;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.runtime.Storage;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the records of one event loop's replicas to the store: decides when, takes what is dirty on the loop, sorts it
 * on a worker, has it applied by the store's thread, one transaction at a time. Used on its event loop only.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    /** A transaction of this many records costs least for each of them. */
    private static final int BATCH_RECORDS = 10_000;

    /** After a failure: what fails, fails of a full disk (all else ends the process). */
    private static final long RETRY_NS = 1_000_000_000;

    private final Storage storage;
    private final Context context;
    private final ReplicaHost host;
    private final Clock clock;
    private final CheckpointRule rule;
    private final Latency latency;
    private final Consumer<List<Checkpoint>> stored;
    private final Deque<Replica> left = new ArrayDeque<>();
    private final AtomicLong recordCount = new AtomicLong();
    private boolean isRunning;
    private boolean hasFailed;
    private long failedNs;
    private long beganNs;
    private long logAtBegin;
    private long logSeen = -1;
    private long logGrewNs;
    private Promise<Void> round = Promise.promise();

    /** @param stored told what is in the store now, on the event loop */
    Checkpointer(
            Storage storage,
            Context context,
            ReplicaHost host,
            Clock clock,
            CheckpointRule rule,
            Latency latency,
            Consumer<List<Checkpoint>> stored) {
        this.storage = storage;
        this.context = context;
        this.host = host;
        this.clock = clock;
        this.rule = rule;
        this.latency = latency;
        this.stored = stored;
        this.beganNs = clock.monotonicNs();
    }

    /** Records taken to the store so far. From any thread. */
    long recordCount() {
        return recordCount.get();
    }

    /** To be called many times per second: begins a checkpoint if it is time for one. */
    void onTick() {
        long now = clock.monotonicNs();
        long log = host.appendedBytes();
        if (log != logSeen) {
            logSeen = log;
            logGrewNs = now;
        }
        boolean isHalfFull = host.replicaContext().memory().isHalfFull();
        boolean isTooSoon = hasFailed && now - failedNs < RETRY_NS;
        if (!isRunning && !isTooSoon && rule.isDue(isHalfFull, log - logAtBegin, now - logGrewNs, now - beganNs)) {
            begin();
        }
    }

    /** Takes all that is dirty now to the store; completes when it is there. */
    Future<Void> begin() {
        if (isRunning) {
            return round.future();
        }
        host.replicas().stream().filter(Replica::isDirty).forEach(left::add);
        if (left.isEmpty()) {
            return Future.succeededFuture();
        }
        isRunning = true;
        beganNs = clock.monotonicNs();
        logAtBegin = host.appendedBytes();
        round = Promise.promise();
        nextBatch();
        return round.future();
    }

    /** Takes what that replica has to the store before all others: somebody waits for it. */
    void soon(Replica replica) {
        if (!replica.isDirty()) {
            return;
        }
        if (!left.contains(replica)) {
            left.addFirst(replica);
        }
        if (!isRunning) {
            isRunning = true;
            round = Promise.promise();
            nextBatch();
        }
    }

    private void nextBatch() {
        List<Checkpoint> batch = new ArrayList<>();
        int records = 0;
        while (records < BATCH_RECORDS && !left.isEmpty()) {
            Checkpoint checkpoint = left.remove().beginCheckpoint();
            if (checkpoint != null) {
                batch.add(checkpoint);
                records += checkpoint.records().size();
            }
        }
        if (batch.isEmpty()) {
            isRunning = false;
            round.complete();
            return;
        }
        long began = clock.monotonicNs();
        int count = records;
        context.executeBlocking(() -> StoredStates.transactions(batch, BATCH_RECORDS), false)
                .compose(transactions -> apply(transactions, 0))
                .onComplete(done -> {
                    latency.record(clock.monotonicNs() - began);
                    if (done.succeeded()) {
                        hasFailed = false;
                        recordCount.lazySet(recordCount.get() + count);
                        batch.forEach(checkpoint -> replicaOf(checkpoint).onCheckpointed(checkpoint));
                        stored.accept(batch);
                        nextBatch();
                    } else {
                        failed(batch, done.cause());
                    }
                });
    }

    private Future<Void> apply(List<List<PartitionChange>> transactions, int index) {
        Future<Void> one = storage.records().checkpoint(context, transactions.get(index));
        return index + 1 == transactions.size() ? one : one.compose(ignored -> apply(transactions, index + 1));
    }

    private void failed(List<Checkpoint> batch, Throwable why) {
        if (!hasFailed) {
            LOG.warn("checkpoint failed, tried again each second error=\"{}\"", why.getMessage());
        }
        hasFailed = true;
        failedNs = clock.monotonicNs();
        batch.forEach(checkpoint -> replicaOf(checkpoint).onCheckpointFailed(checkpoint));
        left.clear();
        isRunning = false;
        round.fail(why);
    }

    private Replica replicaOf(Checkpoint checkpoint) {
        return host.replica(checkpoint.partition());
    }
}
