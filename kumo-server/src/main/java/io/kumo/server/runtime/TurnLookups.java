package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import io.kumo.server.replica.Replica;
import io.kumo.server.store.runtime.LookupBatch;
import io.kumo.server.store.runtime.RecordReader;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gathers the records that the replicas of an event loop want from the store in one turn into one task. Used on its
 * event loop only.
 */
final class TurnLookups {
    /** Told of a record that can't be read. */
    @FunctionalInterface
    interface Damage {
        void onDamage(Replica replica, long loadId, Bytes key, KumoException why);
    }

    private final RecordReader records;
    private final Context context;
    private final Damage damage;
    private final AtomicLong count = new AtomicLong();
    private final Deque<Turn> idle = new ArrayDeque<>();
    private Turn current;

    TurnLookups(RecordReader records, Context context, Damage damage) {
        this.records = records;
        this.context = context;
        this.damage = damage;
        this.current = new Turn();
    }

    void add(Replica replica, long loadId, Bytes key) {
        current.add(replica, loadId, key);
    }

    /** Reads so far. From any thread. */
    long count() {
        return count.get();
    }

    /** Whether this turn has any keys. */
    boolean isOpen() {
        return !current.batch.isEmpty();
    }

    /** Ends the turn: hands its keys over, if there are any. */
    void endTurn() {
        if (!current.batch.isEmpty()) {
            Turn full = current;
            count.lazySet(count.get() + full.batch.count());
            Turn next = idle.poll();
            current = next == null ? new Turn() : next;
            records.lookUp(full.batch);
        }
    }

    /** One batch and who waits for it. */
    private final class Turn {
        private final LookupBatch batch = new LookupBatch(context, answered -> onAnswered());
        private final List<Replica> replicas = new ArrayList<>();
        private long[] loadIds = new long[32];

        void add(Replica replica, long loadId, Bytes key) {
            int index = batch.add(replica.partition(), key);
            if (index == loadIds.length) {
                loadIds = Arrays.copyOf(loadIds, index * 2);
            }
            loadIds[index] = loadId;
            replicas.add(replica);
        }

        private void onAnswered() {
            for (int i = 0; i < replicas.size(); i++) {
                KumoException failure = batch.failure(i);
                if (failure == null) {
                    replicas.get(i).onLoaded(loadIds[i], batch.key(i), batch.found(i));
                } else {
                    damage.onDamage(replicas.get(i), loadIds[i], batch.key(i), failure);
                }
            }
            replicas.clear();
            idle.add(this);
        }
    }
}
