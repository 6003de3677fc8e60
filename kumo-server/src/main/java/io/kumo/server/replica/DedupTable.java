package io.kumo.server.replica;

import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which operations a partition has executed, and what they were answered, so that none is executed twice. Of each
 * gateway's session it keeps the operations that the gateway has not settled; the others for a while after they were
 * learnt. What changed nothing is remembered too, but only where it was decided.
 */
final class DedupTable {
    /** {@link #find}: never seen. */
    static final int NEW = -1;

    /** {@link #find}: the gateway has said that it has the answer: this is an old request that arrives late. */
    static final int SETTLED = -2;

    private final int partition;
    private final long keepNs;
    private final List<Session> sessions = new ArrayList<>(2);
    private @Nullable Session found;
    private boolean hasSwept;
    private long sweptNs;

    DedupTable(int partition, long keepNs) {
        this.partition = partition;
        this.keepNs = keepNs;
    }

    /** {@link #NEW}, {@link #SETTLED} or a number for {@link #seqAt} and {@link #resultAt}, until the next change. */
    int find(long session, long counter) {
        Session known = sessionOf(session);
        found = known;
        return known == null ? NEW : known.find(counter);
    }

    /** Seq of the entry that the operation made, or saw. */
    long seqAt(int at) {
        return found == null ? 0 : found.at(at).seq;
    }

    WriteResult resultAt(int at) {
        return executed(at).result;
    }

    /** Marks of the record that the operation left. */
    int marksAt(int at) {
        return executed(at).marks;
    }

    /** Expiry of the record that the operation left. */
    long expiryMsAt(int at) {
        return executed(at).expiryMs;
    }

    private Executed executed(int at) {
        if (found == null) {
            throw new IllegalStateException("invariant broken: nothing was found");
        }
        return found.at(at);
    }

    /** The session has the answers of all its operations below that counter. */
    void settle(long session, long settledBelow) {
        Session known = sessionOf(session);
        if (known != null) {
            known.settle(settledBelow);
        }
    }

    /** The operation made that entry. */
    void add(LogEntry entry, long nowNs) {
        if (entry.session() != 0) {
            Session session = sessionFor(entry.session());
            session.add(new Executed(
                    entry.counter(),
                    entry.seq(),
                    MutationRules.resultOf(partition, entry),
                    entry.marks(),
                    MutationRules.expiryMsOf(entry),
                    nowNs));
            session.settle(entry.settledBelow());
        }
    }

    /**
     * The operation changed nothing, because of the entry at {@code seenSeq} or of what is committed. No other server
     * learns this: in another epoch an old request is known by its table version.
     */
    void addUnchanged(Write write, WriteResult result, long seenSeq, long nowNs) {
        if (write.session() != 0) {
            Session session = sessionFor(write.session());
            session.add(new Executed(write.counter(), seenSeq, result, 0, 0, nowNs));
            session.settle(write.settledBelow());
        }
    }

    /** Entries beyond that seq are undone. */
    void truncate(long lastSeq) {
        for (int i = 0; i < sessions.size(); i++) {
            sessions.get(i).truncate(lastSeq);
        }
    }

    /** Forgets what was learnt long ago; to be called often, and does something now and then. */
    void sweep(long nowNs) {
        if (!hasSwept || nowNs - sweptNs > keepNs / 8) { // the clock's zero is anywhere
            hasSwept = true;
            sweptNs = nowNs;
            expire(nowNs);
        }
    }

    void expire(long nowNs) {
        for (int i = sessions.size() - 1; i >= 0; i--) {
            Session session = sessions.get(i);
            session.expire(nowNs - keepNs);
            if (session.count == 0 && nowNs - session.usedNs > keepNs) {
                sessions.set(i, sessions.get(sessions.size() - 1));
                sessions.remove(sessions.size() - 1);
            }
        }
    }

    void clear() {
        sessions.clear();
        found = null;
    }

    /** Operations kept. */
    int count() {
        int count = 0;
        for (int i = 0; i < sessions.size(); i++) {
            count += sessions.get(i).count;
        }
        return count;
    }

    /** Writes those made by entries up to {@code lastSeq}. */
    void encode(StateWriter out, long lastSeq) {
        out.int32(sessions.size());
        for (Session session : sessions) {
            out.int64(session.id);
            out.int64(session.settledBelow);
            for (int i = 0; i < session.count; i++) {
                Executed executed = session.at(i);
                WriteResult result = executed.result;
                if (result.status() == WriteStatus.DONE && executed.seq <= lastSeq) {
                    out.int64(executed.seq);
                    out.int64(executed.counter);
                    out.int64(result.cas());
                    out.int64(result.number());
                    out.int32(result.flags());
                    out.bytes(result.value());
                    out.int32(executed.marks);
                    out.int64(executed.expiryMs);
                }
            }
            out.int64(0);
        }
    }

    /** Becomes what {@link #encode} wrote; before there were marks it wrote none. */
    void decode(StateReader in, boolean hasMarks, long nowNs) {
        clear();
        int sessionCount = in.int32();
        for (int i = 0; i < sessionCount; i++) {
            Session session = new Session(in.int64());
            session.settle(in.int64());
            session.usedNs = nowNs;
            for (long seq = in.int64(); seq != 0; seq = in.int64()) {
                long counter = in.int64();
                long cas = in.int64();
                long number = in.int64();
                WriteResult result = new WriteResult(WriteStatus.DONE, in.int32(), cas, number, in.bytes());
                int marks = hasMarks ? in.int32() : 0;
                session.add(new Executed(counter, seq, result, marks, hasMarks ? in.int64() : 0, nowNs));
            }
            sessions.add(session);
        }
    }

    private Session sessionFor(long id) {
        Session session = sessionOf(id);
        if (session == null) {
            session = new Session(id);
            sessions.add(session);
        }
        return session;
    }

    private @Nullable Session sessionOf(long id) {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).id == id) {
                return sessions.get(i);
            }
        }
        return null;
    }

    /** An operation and its answer; if it changed nothing, seq is that of the entry that it saw. */
    private record Executed(long counter, long seq, WriteResult result, int marks, long expiryMs, long learntNs) {}

    /** One gateway's operations, in the order in which they were executed: a ring. */
    private static final class Session {
        final long id;
        long settledBelow;
        long usedNs;
        long highest;

        @Nullable
        Executed[] ring = new Executed[4];

        int head;
        int count;

        Session(long id) {
            this.id = id;
        }

        Executed at(int index) {
            Executed executed = ring[(head + index) & (ring.length - 1)];
            if (executed == null) {
                throw new IllegalStateException("invariant broken: no operation at " + index);
            }
            return executed;
        }

        int find(long counter) {
            if (counter > highest) {
                return NEW; // the usual case: counters grow
            }
            for (int i = count - 1; i >= 0; i--) {
                if (at(i).counter == counter) {
                    return i;
                }
            }
            return counter < settledBelow ? SETTLED : NEW;
        }

        void add(Executed executed) {
            if (count == ring.length) {
                grow();
            }
            ring[(head + count++) & (ring.length - 1)] = executed;
            highest = Math.max(highest, executed.counter);
            usedNs = executed.learntNs;
        }

        /** Forgets what entries beyond that seq did, and what changed nothing because of them. */
        void truncate(long lastSeq) {
            int all = count;
            count = 0;
            for (int i = 0; i < all; i++) {
                int from = (head + i) & (ring.length - 1);
                Executed executed = ring[from];
                ring[from] = null;
                if (executed != null && executed.seq <= lastSeq) {
                    ring[(head + count++) & (ring.length - 1)] = executed;
                }
            }
        }

        void settle(long below) {
            settledBelow = Math.max(settledBelow, below);
            highest = Math.max(highest, settledBelow - 1);
            while (count > 0 && at(0).counter < settledBelow) {
                removeFirst();
            }
        }

        void expire(long beforeNs) {
            while (count > 0 && at(0).learntNs - beforeNs < 0) {
                removeFirst();
            }
        }

        private void removeFirst() {
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            count--;
        }

        private void grow() {
            @Nullable Executed[] grown = new Executed[2 * ring.length];
            for (int i = 0; i < count; i++) {
                grown[i] = at(i);
            }
            ring = grown;
            head = 0;
        }
    }
}
