package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The committed records of a partition that are in memory: dirty ones (not in the store yet; a DELETE stands for a
 * record that the store may still have) and clean ones (a cache of the store, evicted by a clock hand). Of each it
 * knows whether and when it was read while it was here: that is never written anywhere.
 */
public final class Memtable {
    private static final byte DIRTY = 1;
    private static final byte CLEAN = 2;
    private static final byte CLEAN_USED = 3;
    private static final byte STATE = 3;
    private static final byte READ = 4;
    private static final int EVICT_STEPS = 64;
    private static final int MS_PER_SEC = 1000;

    private final MemoryBudget budget;
    private final EntryTable table = new EntryTable();
    private int dirtyCount;
    private long dirtyBytes;
    private long cleanBytes;
    private int hand;

    Memtable(MemoryBudget budget) {
        this.budget = budget;
        budget.register(this);
    }

    /** The record or the DELETE of that key; null says nothing about the store. */
    @Nullable
    LogEntry find(Bytes key) {
        int slot = table.slotOf(key);
        if (slot < 0) {
            return null;
        }
        if ((table.mark(slot) & STATE) == CLEAN) {
            table.setMark(slot, (byte) (table.mark(slot) | CLEAN_USED));
        }
        return table.at(slot);
    }

    /** {@link #find} for a client that reads it. */
    @Nullable
    LogEntry read(Bytes key, long nowMs) {
        int slot = table.slotOf(key);
        if (slot < 0) {
            return null;
        }
        byte mark = table.mark(slot);
        table.setMark(slot, (byte) (((mark & STATE) == CLEAN ? CLEAN_USED : mark) | READ));
        table.setTime(slot, (int) (nowMs / MS_PER_SEC));
        return table.at(slot);
    }

    /** Whether a client read the record that is here. */
    boolean wasRead(Bytes key) {
        int slot = table.slotOf(key);
        return slot >= 0 && (table.mark(slot) & READ) != 0;
    }

    /** Seconds since the record was read or came here; 0 if it is not here. */
    long idleSec(Bytes key, long nowMs) {
        int slot = table.slotOf(key);
        return slot < 0 ? 0 : Math.max(0, nowMs / MS_PER_SEC - table.time(slot));
    }

    /** A committed PUT, DELETE or COPY_PUT. */
    void putDirty(LogEntry entry, long nowMs) {
        int slot = table.slotOf(entry.key());
        LogEntry old = slot < 0 ? null : table.at(slot);
        byte read = old == null ? 0 : readBy(entry, old, (byte) (table.mark(slot) & READ));
        if (isReading(entry)) {
            read = READ;
        }
        forget(slot);
        table.put(entry, (byte) (DIRTY | read), (int) (nowMs / MS_PER_SEC));
        dirtyCount++;
        addDirty(entry.footprintBytes());
    }

    /** A record of another copy, as it is kept: not an operation of this partition's log. */
    void putCopied(LogEntry record, long nowMs) {
        putDirty(record.kind() == EntryKind.COPY_PUT ? record : asCopied(record), nowMs);
    }

    private static LogEntry asCopied(LogEntry record) {
        return new LogEntry(
                EntryKind.COPY_PUT,
                record.epoch(),
                record.seq(),
                0,
                0,
                0,
                0,
                record.key(),
                record.flags(),
                record.expiryMs(),
                record.value(),
                record.cas(),
                record.marks());
    }

    private static boolean isReading(LogEntry entry) {
        int write = entry.write();
        return write == WriteKind.TOUCH.number()
                || write == WriteKind.GET_AND_TOUCH.number()
                || write == WriteKind.META_GET.number();
    }

    /** What keeps memcached's item leaves it as read as it was: a number that does not get longer, a mark. */
    private static byte readBy(LogEntry entry, LogEntry old, byte before) {
        int write = entry.write();
        boolean counts = write == WriteKind.INCR.number() || write == WriteKind.DECR.number();
        boolean isInPlace = counts
                && !entry.has(LogEntry.CREATED)
                && entry.value().length() <= old.value().length();
        boolean isMarked = write == WriteKind.DELETE.number()
                && entry.has(LogEntry.STALE)
                && entry.value().length() == old.value().length();
        return isInPlace || isMarked ? before : 0;
    }

    /** A record as the store has it now; nothing of this key is here. */
    void putClean(LogEntry record, long nowMs) {
        if (table.slotOf(record.key()) < 0) {
            table.put(record, CLEAN, (int) (nowMs / MS_PER_SEC));
            addClean(record.footprintBytes());
            budget.makeRoom();
        }
    }

    /** The store has that entry now; a newer one of the key stays dirty. */
    @SuppressWarnings("ReferenceEquality") // the very entry: another one with its content can't be here
    void onStored(LogEntry entry) {
        int slot = table.slotOf(entry.key());
        if (slot < 0 || table.at(slot) != entry) {
            return;
        }
        forget(slot);
        if (entry.isRecord()) {
            table.setMark(slot, (byte) (CLEAN | (table.mark(slot) & READ)));
            addClean(entry.footprintBytes());
        } else {
            table.removeAt(slot);
        }
    }

    void clear() {
        table.clear();
        addDirty(-dirtyBytes);
        addClean(-cleanBytes);
        dirtyCount = 0;
        hand = 0;
    }

    /** All that is not in the store yet. */
    List<LogEntry> dirty() {
        List<LogEntry> dirty = new ArrayList<>(dirtyCount);
        for (int slot = 0; slot < table.slots() && dirty.size() < dirtyCount; slot++) {
            LogEntry entry = table.at(slot);
            if (entry != null && (table.mark(slot) & STATE) == DIRTY) {
                dirty.add(entry);
            }
        }
        return dirty;
    }

    int dirtyCount() {
        return dirtyCount;
    }

    /** Evicts a few clean records that were not read lately; false if there are no clean ones. */
    boolean evictSome() {
        if (cleanBytes == 0) {
            return false;
        }
        for (int step = 0; step < EVICT_STEPS && table.slots() > 0; step++) {
            hand = hand + 1 < table.slots() ? hand + 1 : 0;
            LogEntry entry = table.at(hand);
            int state = entry == null ? 0 : table.mark(hand) & STATE;
            if (state == CLEAN_USED) {
                table.setMark(hand, (byte) (CLEAN | (table.mark(hand) & READ)));
            } else if (state == CLEAN) {
                forget(hand);
                table.removeAt(hand);
            }
        }
        table.shrink();
        return true;
    }

    /** Takes the entry in a slot off the accounts. */
    private void forget(int slot) {
        if (slot >= 0) {
            LogEntry old = table.at(slot);
            int bytes = old == null ? 0 : old.footprintBytes();
            if ((table.mark(slot) & STATE) == DIRTY) {
                dirtyCount--;
                addDirty(-bytes);
            } else {
                addClean(-bytes);
            }
        }
    }

    private void addDirty(long bytes) {
        dirtyBytes += bytes;
        budget.addDirty(bytes);
    }

    private void addClean(long bytes) {
        cleanBytes += bytes;
        budget.addClean(bytes);
    }
}
