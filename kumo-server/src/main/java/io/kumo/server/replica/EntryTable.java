package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A hash table of entries by their key, with a mark and a time on each: open addressing, so that an operation allocates
 * nothing.
 */
final class EntryTable {
    private static final int FIRST_SLOTS = 16;

    private @Nullable LogEntry[] slots = new LogEntry[0];
    private byte[] marks = new byte[0];
    private int[] times = new int[0];
    private int count;

    int count() {
        return count;
    }

    /** Slots, taken or not; for walks from 0 on. */
    int slots() {
        return slots.length;
    }

    @Nullable
    LogEntry at(int slot) {
        return slots[slot];
    }

    byte mark(int slot) {
        return marks[slot];
    }

    void setMark(int slot, byte mark) {
        marks[slot] = mark;
    }

    int time(int slot) {
        return times[slot];
    }

    void setTime(int slot, int time) {
        times[slot] = time;
    }

    /** Slot of that key, -1 if it is not here. */
    int slotOf(Bytes key) {
        if (count == 0) {
            return -1;
        }
        int mask = slots.length - 1;
        int slot = spread(key) & mask;
        while (true) {
            LogEntry entry = slots[slot];
            if (entry == null) {
                return -1;
            }
            if (entry.key().equals(key)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    @Nullable
    LogEntry find(Bytes key) {
        int slot = slotOf(key);
        return slot < 0 ? null : slots[slot];
    }

    /** Puts the entry in its key's place. */
    void put(LogEntry entry, byte mark, int time) {
        if (count * 4 >= slots.length * 3) {
            resize(Math.max(FIRST_SLOTS, slots.length * 2));
        }
        int mask = slots.length - 1;
        int slot = spread(entry.key()) & mask;
        while (true) {
            LogEntry old = slots[slot];
            if (old == null || old.key().equals(entry.key())) {
                slots[slot] = entry;
                marks[slot] = mark;
                times[slot] = time;
                count += old == null ? 1 : 0;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }

    /** Empties a slot; entries behind it may move into it. */
    void removeAt(int slot) {
        int mask = slots.length - 1;
        int hole = slot;
        int next = (hole + 1) & mask;
        LogEntry entry = slots[next];
        while (entry != null) {
            int home = spread(entry.key()) & mask;
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                slots[hole] = entry;
                marks[hole] = marks[next];
                times[hole] = times[next];
                hole = next;
            }
            next = (next + 1) & mask;
            entry = slots[next];
        }
        slots[hole] = null;
        marks[hole] = 0;
        count--;
    }

    /** Gives memory back after many removals. */
    void shrink() {
        int wanted = count == 0 ? 0 : Math.max(FIRST_SLOTS, Integer.highestOneBit(count * 2 - 1) * 2);
        if (wanted < slots.length / 4) {
            resize(wanted);
        }
    }

    void clear() {
        slots = new LogEntry[0];
        marks = new byte[0];
        times = new int[0];
        count = 0;
    }

    private void resize(int newSlots) {
        @Nullable LogEntry[] oldSlots = slots;
        byte[] oldMarks = marks;
        int[] oldTimes = times;
        slots = new LogEntry[newSlots];
        marks = new byte[newSlots];
        times = new int[newSlots];
        if (newSlots == 0) {
            return;
        }
        int mask = newSlots - 1;
        for (int i = 0; i < oldSlots.length; i++) {
            LogEntry entry = oldSlots[i];
            if (entry != null) {
                int slot = spread(entry.key()) & mask;
                while (slots[slot] != null) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = entry;
                marks[slot] = oldMarks[i];
                times[slot] = oldTimes[i];
            }
        }
        Arrays.fill(oldSlots, null);
    }

    private static int spread(Bytes key) {
        int hash = key.hashCode() * 0x9e3779b9;
        return hash ^ (hash >>> 16);
    }
}
