package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks through what a partition has, in key order, page by page of the store: its records, but for keys that were
 * dirty in memory when the walk began, and those. The store moves on meanwhile; whoever walks knows how to live with
 * that. Belongs to one copy or one comparison.
 */
final class MergedScan {
    private static final Comparator<LogEntry> BY_KEY = Comparator.comparing(LogEntry::key);
    private static final long DAMAGED = -1;

    private final ReplicaContext context;
    private final PartitionData data;
    private final List<LogEntry> dirty;
    private final boolean isBounded;
    private final Bytes lastKey;
    private int nextDirty;
    private List<LogEntry> page = List.of();
    private int nextStored;
    private Bytes after;
    private boolean isStoreDone;
    private long scanId;

    /** All that there is. */
    MergedScan(ReplicaContext context, PartitionData data) {
        this(context, data, Bytes.EMPTY, Bytes.EMPTY);
    }

    /** Keys after one, up to another and with it; empty for no bound. */
    MergedScan(ReplicaContext context, PartitionData data, Bytes after, Bytes lastKey) {
        this.context = context;
        this.data = data;
        this.after = after;
        this.lastKey = lastKey;
        this.isBounded = !lastKey.isEmpty();
        this.dirty = new ArrayList<>();
        for (LogEntry entry : data.memtable.dirty()) {
            if (entry.key().compareTo(after) > 0 && !isBeyond(entry.key())) {
                dirty.add(entry);
            }
        }
        dirty.sort(BY_KEY);
        this.isStoreDone = data.storeIsHidden();
    }

    private boolean isBeyond(Bytes key) {
        return isBounded && key.compareTo(lastKey) > 0;
    }

    /** Stands for a record that does not fit its checksum. */
    static boolean isDamaged(LogEntry record) {
        return record.epoch() == DAMAGED;
    }

    /** Whether the next record is only known once another page is here. */
    boolean needsPage() {
        return nextStored == page.size() && !isStoreDone;
    }

    /** Whether a page is on its way. */
    boolean isWaiting() {
        return scanId != 0;
    }

    /** Asks the store for the next page. */
    void request(int maxBytes) {
        scanId = context.nextId();
        context.effects.scan(data.partition, scanId, after, maxBytes);
    }

    boolean isMine(long id) {
        return scanId != 0 && scanId == id;
    }

    /** The page that was asked for. */
    void onPage(List<LogEntry> records, List<Bytes> damaged, boolean last) {
        scanId = 0;
        nextStored = 0;
        page = damaged.isEmpty() ? records : withDamaged(records, damaged);
        isStoreDone = last;
        if (!page.isEmpty()) {
            after = page.get(page.size() - 1).key();
        }
        if (isBounded && isBeyond(after)) {
            isStoreDone = true;
            page = page.stream().filter(record -> !isBeyond(record.key())).toList();
        }
    }

    private static List<LogEntry> withDamaged(List<LogEntry> records, List<Bytes> damaged) {
        List<LogEntry> all = new ArrayList<>(records);
        damaged.forEach(key -> all.add(LogEntry.internal(EntryKind.PUT, DAMAGED, DAMAGED, key, Bytes.EMPTY)));
        all.sort(BY_KEY);
        return all;
    }

    /** The next record, taken; null if there is none, or if the next page says. */
    @Nullable
    LogEntry next() {
        LogEntry record = peek();
        if (record != null) {
            if (nextDirty < dirty.size() && isSame(dirty.get(nextDirty), record)) {
                nextDirty++;
            } else {
                nextStored++;
            }
        }
        return record;
    }

    @SuppressWarnings("ReferenceEquality") // one of the two lists has this very object next
    private static boolean isSame(LogEntry a, LogEntry b) {
        return a == b;
    }

    /** The next record, left where it is. */
    @Nullable
    LogEntry peek() {
        while (!needsPage()) {
            LogEntry stored = nextStored < page.size() ? page.get(nextStored) : null;
            LogEntry fresh = nextDirty < dirty.size() ? dirty.get(nextDirty) : null;
            if (fresh == null) {
                return stored;
            }
            int order = stored == null ? 1 : stored.key().compareTo(fresh.key());
            if (order < 0) {
                return stored;
            }
            if (order == 0) {
                nextStored++; // it is older than what is in memory
            } else if (fresh.isRecord()) {
                return fresh;
            } else {
                nextDirty++;
            }
        }
        return null;
    }

    /** Whether there are no more records. */
    boolean isAtEnd() {
        return peek() == null && !needsPage();
    }
}
