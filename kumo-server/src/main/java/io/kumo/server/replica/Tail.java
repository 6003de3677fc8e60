package io.kumo.server.replica;

import io.kumo.protocol.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a partition that are not committed yet, by seq, each with the ticket of its append to the log and with
 * the operations that wait for it. A ring that grows; its owner bounds it.
 */
final class Tail {
    private @Nullable LogEntry[] entries = new LogEntry[16];
    private long[] tickets = new long[16];
    private @Nullable Waiter[] waiters = new Waiter[16];
    private int head;
    private int count;
    private long firstSeq;
    private long bytes;

    /** The next entry to be added will have that seq; there are none now. */
    void startAt(long seq) {
        firstSeq = seq;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    void add(LogEntry entry, long ticket) {
        if (count == entries.length) {
            grow();
        }
        int at = (head + count) & (entries.length - 1);
        entries[at] = entry;
        tickets[at] = ticket;
        count++;
        bytes += entry.footprintBytes();
    }

    LogEntry entry(long seq) {
        return entryAt(index(seq));
    }

    long ticket(long seq) {
        return tickets[index(seq)];
    }

    /** Lets an operation wait for that entry. */
    void addWaiter(long seq, Waiter waiter) {
        int at = index(seq);
        Waiter first = waiters[at];
        if (first == null) {
            waiters[at] = waiter;
        } else {
            waiter.next = first.next; // behind the first one: the order among them is nobody's concern
            first.next = waiter;
        }
    }

    /** Takes those who wait off the entry. */
    @Nullable
    Waiter takeWaiters(long seq) {
        int at = index(seq);
        Waiter first = waiters[at];
        waiters[at] = null;
        return first;
    }

    LogEntry removeFirst() {
        LogEntry entry = entryAt(head);
        entries[head] = null;
        waiters[head] = null;
        head = (head + 1) & (entries.length - 1);
        count--;
        firstSeq++;
        bytes -= entry.footprintBytes();
        return entry;
    }

    LogEntry removeLast() {
        int at = (head + count - 1) & (entries.length - 1);
        LogEntry entry = entryAt(at);
        entries[at] = null;
        waiters[at] = null;
        count--;
        bytes -= entry.footprintBytes();
        return entry;
    }

    private LogEntry entryAt(int at) {
        LogEntry entry = entries[at];
        if (entry == null) {
            throw new IllegalStateException("invariant broken: no entry at " + at);
        }
        return entry;
    }

    private int index(long seq) {
        long offset = seq - firstSeq;
        if (offset < 0 || offset >= count) {
            throw new IllegalStateException("invariant broken: seq " + seq + " is not in the tail");
        }
        return (head + (int) offset) & (entries.length - 1);
    }

    private void grow() {
        int length = entries.length;
        @Nullable LogEntry[] newEntries = new LogEntry[2 * length];
        long[] newTickets = new long[2 * length];
        @Nullable Waiter[] newWaiters = new Waiter[2 * length];
        for (int i = 0; i < count; i++) {
            int at = (head + i) & (length - 1);
            newEntries[i] = entries[at];
            newTickets[i] = tickets[at];
            newWaiters[i] = waiters[at];
        }
        entries = newEntries;
        tickets = newTickets;
        waiters = newWaiters;
        head = 0;
    }
}
