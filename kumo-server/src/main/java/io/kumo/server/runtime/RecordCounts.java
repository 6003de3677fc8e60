package io.kumo.server.runtime;

import io.kumo.server.store.runtime.RecordReader;
import io.vertx.core.Context;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** How many records the store has of each partition; exact once a checkpoint has nothing left to do. */
final class RecordCounts {
    private final RecordReader records;
    private final Context context;
    private final BiConsumer<Integer, Long> counted;
    private final Map<Integer, Long> counts = new HashMap<>();
    private volatile long total;

    /**
     * @param context where it lives
     * @param counted told each partition's new count, on {@code context}
     */
    RecordCounts(RecordReader records, Context context, Map<Integer, Long> atStart, BiConsumer<Integer, Long> counted) {
        this.records = records;
        this.context = context;
        this.counted = counted;
        counts.putAll(atStart);
        total = counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** These partitions changed in the store. From any thread. */
    void changed(Collection<Integer> partitions) {
        for (Integer partition : partitions) {
            records.count(context, partition).onSuccess(count -> {
                Long before = counts.put(partition, count);
                total = total + count - (before == null ? 0 : before);
                counted.accept(partition, count);
            });
        }
    }

    /** From any thread. */
    long total() {
        return total;
    }
}
