package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import org.jspecify.annotations.Nullable;

/** The committed records of a partition that are in memory. */
public final class Memtable {
    Memtable(MemoryBudget budget) {
        budget.register(this);
    }

    @Nullable
    LogEntry find(Bytes key) {
        return null;
    }

    boolean evictSome() {
        return false;
    }
}
