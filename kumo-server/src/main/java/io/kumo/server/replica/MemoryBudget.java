package io.kumo.server.replica;

import io.kumo.base.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of one shard's memtables and pending entries, bytes: dirty is what is not in the store yet and can't be
 * let go; clean is a cache of the store that gives way.
 */
public final class MemoryBudget {
    private final long maxDirtyBytes;
    private final long maxTotalBytes;
    private final List<Memtable> tables = new ArrayList<>();
    private long dirtyBytes;
    private long cleanBytes;
    private int hand;

    public MemoryBudget(long maxDirtyBytes, long maxTotalBytes) {
        Check.argument(
                maxDirtyBytes > 0 && maxTotalBytes >= maxDirtyBytes, "%d dirty of %d", maxDirtyBytes, maxTotalBytes);
        this.maxDirtyBytes = maxDirtyBytes;
        this.maxTotalBytes = maxTotalBytes;
    }

    public long dirtyBytes() {
        return dirtyBytes;
    }

    public long cleanBytes() {
        return cleanBytes;
    }

    /** Writes wait while this is so; checkpoints end it. */
    public boolean isFull() {
        return dirtyBytes >= maxDirtyBytes;
    }

    /** Time for a checkpoint. */
    public boolean isHalfFull() {
        return dirtyBytes >= maxDirtyBytes / 2;
    }

    void register(Memtable table) {
        tables.add(table);
    }

    void addDirty(long bytes) {
        dirtyBytes += bytes;
    }

    void addClean(long bytes) {
        cleanBytes += bytes;
    }

    /** Evicts clean records, from one memtable after the other, until the total is within bounds. */
    void makeRoom() {
        int idle = 0;
        while (cleanBytes > 0 && dirtyBytes + cleanBytes > maxTotalBytes && idle < 2 * tables.size()) {
            hand = hand + 1 < tables.size() ? hand + 1 : 0;
            idle = tables.get(hand).evictSome() ? 0 : idle + 1;
        }
    }
}
