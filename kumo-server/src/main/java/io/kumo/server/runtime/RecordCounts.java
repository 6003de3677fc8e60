package io.kumo.server.runtime;

import io.kumo.server.store.runtime.RecordReader;
import io.vertx.core.Context;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** How many records the store has of each partition; exact once a checkpoint has nothing left to do. */
final class RecordCounts {
    private final RecordReader records;
    private final Context context;
    private final Map<Integer, Long> counts = new HashMap<>();
    private volatile long total;

    /** @param context where it lives */
    RecordCounts(RecordReader records, Context context, Map<Integer, Long> atStart) {
        this.records = records;
        this.context = context;
        counts.putAll(atStart);
        total = counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** These partitions changed in the store. From any thread. */
    void changed(Collection<Integer> partitions) {
        for (Integer partition : partitions) {
            records.count(context, partition).onSuccess(count -> {
                Long before = counts.put(partition, count);
                total = total + count - (before == null ? 0 : before);
            });
        }
    }

    /** From any thread. */
    long total() {
        return total;
    }
}
