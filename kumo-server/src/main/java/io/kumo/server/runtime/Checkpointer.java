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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the records of one event loop's replicas to the store: decides when, takes what is dirty on the loop, sorts it
 * on a worker, has it applied by the store's thread, one transaction at a time, with rests where nobody waits. Used on
 * its event loop only.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    /**
     * About 10,000 records of 100 bytes: the most that makes each of them cheaper. What a transaction writes stays in
     * memory twice until it ends, and a collector that comes in between moves all of it.
     */
    private static final int BATCH_BYTES = 3 << 20;

    /** After a failure: what fails, fails of a full disk (all else ends the process). */
    private static final long RETRY_NS = 1_000_000_000;

    private final Storage storage;
    private final Context context;
    private final ReplicaHost host;
    private final Clock clock;
    private final CheckpointRule rule;
    private final Latency latency;
    private final Consumer<List<Checkpoint>> stored;
    private final CheckpointQueue<Replica> queue = new CheckpointQueue<>();
    private final AtomicLong recordCount = new AtomicLong();
    private boolean isRunning;
    private boolean isResting;
    private long restUntilNs;
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

    /**
     * To be called many times per second: begins a checkpoint if it is time for one, and goes on with one that rested.
     */
    void onTick() {
        long now = clock.monotonicNs();
        long log = host.appendedBytes();
        if (log != logSeen) {
            logSeen = log;
            logGrewNs = now;
        }
        if (isResting && (now - restUntilNs >= 0 || !mayRest())) {
            goOn();
        }
        boolean isHalfFull = host.replicaContext().memory().isHalfFull();
        boolean isTooSoon = hasFailed && now - failedNs < RETRY_NS;
        if (!isRunning && !isTooSoon && rule.isDue(isHalfFull, log - logAtBegin, now - logGrewNs, now - beganNs)) {
            round();
        }
    }

    private boolean mayRest() {
        return rule.mayRest(host.replicaContext().memory().isHalfFull(), host.appendedBytes() - logAtBegin);
    }

    /** Takes all that is dirty now to the store, as fast as it goes; completes when it is there. */
    Future<Void> begin() {
        Future<Void> done = round();
        if (isRunning) {
            queue.hurry();
            wake();
        }
        return done;
    }

    private Future<Void> round() {
        if (isRunning) {
            return round.future();
        }
        List<Replica> dirty = host.replicas().stream().filter(Replica::isDirty).toList();
        if (dirty.isEmpty()) {
            return Future.succeededFuture();
        }
        queue.addAll(dirty);
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
        queue.await(replica);
        if (!isRunning) {
            isRunning = true;
            round = Promise.promise();
            nextBatch();
        }
        wake();
    }

    private void wake() {
        if (isResting) {
            goOn();
        }
    }

    private void goOn() {
        isResting = false;
        nextBatch();
    }

    private void nextBatch() {
        List<Checkpoint> batch = new ArrayList<>();
        int records = 0;
        long bytes = 0;
        while (bytes < BATCH_BYTES) {
            Replica next = queue.poll();
            if (next == null) {
                break;
            }
            Checkpoint checkpoint = next.beginCheckpoint();
            if (checkpoint != null) {
                batch.add(checkpoint);
                records += checkpoint.records().size();
                bytes += checkpoint.footprintBytes();
            }
        }
        if (batch.isEmpty()) {
            isRunning = false;
            round.complete();
            return;
        }
        long began = clock.monotonicNs();
        int count = records;
        context.executeBlocking(() -> StoredStates.transactions(batch, BATCH_BYTES), false)
                .compose(transactions -> apply(transactions, 0))
                .onComplete(done -> {
                    long ended = clock.monotonicNs();
                    latency.record(ended - began);
                    if (done.succeeded()) {
                        hasFailed = false;
                        recordCount.lazySet(recordCount.get() + count);
                        batch.forEach(checkpoint -> replicaOf(checkpoint).onCheckpointed(checkpoint));
                        stored.accept(batch);
                        isResting = queue.mayRest() && mayRest();
                        restUntilNs = ended + rule.restNs(ended - began);
                        if (!isResting) {
                            nextBatch();
                        }
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
        queue.clear();
        isRunning = false;
        round.fail(why);
    }

    private Replica replicaOf(Checkpoint checkpoint) {
        return host.replica(checkpoint.partition());
    }
}
