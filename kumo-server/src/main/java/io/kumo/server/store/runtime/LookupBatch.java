package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;
import io.vertx.core.Context;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keys that one turn of an event loop wants from the store: one task for all, one call back. Used by its event loop
 * only, but for the time between {@link RecordReader#lookUp} and the call back; after that it is empty again.
 */
public final class LookupBatch {
    /** Called on the batch's context when every key has its answer. */
    @FunctionalInterface
    public interface Answered {
        void onAnswered(LookupBatch batch);
    }

    private final Context context;
    private final Answered answered;
    private int count;
    private boolean handedOver;
    private int[] partitions = new int[32];
    private Bytes[] keys = new Bytes[32];
    private @Nullable Object[] results = new Object[32];

    public LookupBatch(Context context, Answered answered) {
        this.context = context;
        this.answered = answered;
    }

    /** Adds a key; its answer has the index that is returned. */
    public int add(int partition, Bytes key) {
        Check.invariant(!handedOver, "batch is being looked up");
        if (count == partitions.length) {
            partitions = Arrays.copyOf(partitions, count * 2);
            keys = Arrays.copyOf(keys, count * 2);
            results = Arrays.copyOf(results, count * 2);
        }
        partitions[count] = partition;
        keys[count] = key;
        return count++;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int count() {
        return count;
    }

    public int partition(int index) {
        return partitions[index];
    }

    public Bytes key(int index) {
        return keys[index];
    }

    /** The record, or null: there is none, or it could not be read ({@link #failure}). */
    public @Nullable LogEntry found(int index) {
        return results[index] instanceof LogEntry entry ? entry : null;
    }

    /** Why the record could not be read (CORRUPT: the copy is damaged), or null. */
    public @Nullable KumoException failure(int index) {
        return results[index] instanceof KumoException failure ? failure : null;
    }

    void handOver() {
        Check.invariant(!handedOver, "batch is being looked up");
        handedOver = true;
    }

    Context context() {
        return context;
    }

    void answer(int index, @Nullable Object result) {
        results[index] = result;
    }

    /** On the context: tells the owner, then empties the batch. */
    void finish() {
        try {
            answered.onAnswered(this);
        } finally {
            Arrays.fill(keys, 0, count, Bytes.EMPTY);
            Arrays.fill(results, 0, count, null);
            count = 0;
            handedOver = false;
        }
    }
}
