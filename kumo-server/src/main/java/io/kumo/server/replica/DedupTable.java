package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which operations a partition has executed, and what they were answered, so that none is executed twice. Of each
 * gateway's session it keeps the operations that the gateway has not settled; the others for a while after they were
 * learnt. Operations that changed nothing are not here: to execute them again does no harm.
 */
final class DedupTable {
    /** {@link #find}: never seen. */
    static final int NEW = -1;

    /** {@link #find}: the gateway has said that it has the answer: this is an old request that arrives late. */
    static final int SETTLED = -2;

    private final long keepNs;
    private final List<Session> sessions = new ArrayList<>(2);
    private @Nullable Session found;

    DedupTable(long keepNs) {
        this.keepNs = keepNs;
    }

    /** {@link #NEW}, {@link #SETTLED} or a number for {@link #seqAt} and {@link #resultAt}, until the next change. */
    int find(long session, long counter) {
        Session known = sessionOf(session);
        found = known;
        return known == null ? NEW : known.find(counter);
    }

    /** Seq of the entry that the operation made. */
    long seqAt(int at) {
        return found == null ? 0 : found.seqs[found.slot(at)];
    }

    WriteResult resultAt(int at) {
        if (found == null) {
            throw new IllegalStateException("invariant broken: nothing was found");
        }
        return found.result(found.slot(at));
    }

    /** The session has the answers of all its operations below that counter. */
    void settle(long session, long settledBelow) {
        Session known = sessionOf(session);
        if (known != null) {
            known.settle(settledBelow);
        }
    }

    void add(LogEntry entry, long nowNs) {
        if (entry.session() == 0) {
            return;
        }
        Session session = sessionOf(entry.session());
        if (session == null) {
            session = new Session(entry.session());
            sessions.add(session);
        }
        boolean counted = entry.write() == WriteKind.INCR.number() || entry.write() == WriteKind.DECR.number();
        boolean keeps = entry.write() == WriteKind.GET_AND_TOUCH.number();
        long number = counted ? MutationRules.countOf(entry) : 0;
        long cas = entry.kind() == EntryKind.PUT ? entry.seq() : 0;
        session.add(
                entry.counter(), entry.seq(), cas, number, entry.flags(), keeps ? entry.value() : Bytes.EMPTY, nowNs);
        session.settle(entry.settledBelow());
    }

    /** The newest entry of all was undone. */
    void undo(LogEntry entry) {
        Session session = entry.session() == 0 ? null : sessionOf(entry.session());
        if (session != null) {
            session.undo(entry.seq());
        }
    }

    /** Forgets what was learnt long ago. */
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
            int last = session.count;
            while (last > 0 && session.seqs[session.slot(last - 1)] > lastSeq) {
                last--;
            }
            out.int32(last);
            for (int i = 0; i < last; i++) {
                int at = session.slot(i);
                out.int64(session.counters[at]);
                out.int64(session.seqs[at]);
                out.int64(session.cas[at]);
                out.int64(session.numbers[at]);
                out.int32(session.flags[at]);
                out.bytes(session.values[at]);
            }
        }
    }

    /** Becomes what {@link #encode} wrote. */
    void decode(StateReader in, long nowNs) {
        clear();
        int sessionCount = in.int32();
        for (int i = 0; i < sessionCount; i++) {
            Session session = new Session(in.int64());
            session.settledBelow = in.int64();
            session.usedNs = nowNs;
            int count = in.int32();
            for (int j = 0; j < count; j++) {
                session.add(in.int64(), in.int64(), in.int64(), in.int64(), in.int32(), in.bytes(), nowNs);
            }
            sessions.add(session);
        }
    }

    private @Nullable Session sessionOf(long id) {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).id == id) {
                return sessions.get(i);
            }
        }
        return null;
    }

    /** One gateway's operations, in the order of their entries: a ring. */
    private static final class Session {
        final long id;
        long settledBelow;
        long usedNs;
        long highest;
        long[] counters = new long[4];
        long[] seqs = new long[4];
        long[] cas = new long[4];
        long[] numbers = new long[4];
        long[] learntNs = new long[4];
        int[] flags = new int[4];
        Bytes[] values = {Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY};
        int head;
        int count;

        Session(long id) {
            this.id = id;
        }

        int slot(int index) {
            return (head + index) & (counters.length - 1);
        }

        int find(long counter) {
            if (counter > highest) {
                return NEW; // the usual case: counters grow
            }
            for (int i = count - 1; i >= 0; i--) {
                if (counters[slot(i)] == counter) {
                    return i;
                }
            }
            return counter < settledBelow ? SETTLED : NEW;
        }

        WriteResult result(int at) {
            boolean kept = !values[at].isEmpty();
            return new WriteResult(WriteStatus.DONE, kept ? flags[at] : 0, cas[at], numbers[at], values[at]);
        }

        void add(long counter, long seq, long itsCas, long number, int itsFlags, Bytes value, long nowNs) {
            if (count == counters.length) {
                grow();
            }
            int at = slot(count++);
            counters[at] = counter;
            seqs[at] = seq;
            cas[at] = itsCas;
            numbers[at] = number;
            learntNs[at] = nowNs;
            flags[at] = itsFlags;
            values[at] = value;
            highest = Math.max(highest, counter);
            usedNs = nowNs;
        }

        void undo(long seq) {
            if (count > 0 && seqs[slot(count - 1)] == seq) {
                count--;
                values[slot(count)] = Bytes.EMPTY;
            }
        }

        void settle(long below) {
            settledBelow = Math.max(settledBelow, below);
            while (count > 0 && counters[head] < settledBelow) {
                removeFirst();
            }
        }

        void expire(long beforeNs) {
            while (count > 0 && learntNs[head] - beforeNs < 0) {
                removeFirst();
            }
        }

        private void removeFirst() {
            values[head] = Bytes.EMPTY;
            head = (head + 1) & (counters.length - 1);
            count--;
        }

        private void grow() {
            int length = counters.length;
            counters = turned(counters);
            seqs = turned(seqs);
            cas = turned(cas);
            numbers = turned(numbers);
            learntNs = turned(learntNs);
            int[] newFlags = new int[2 * length];
            Bytes[] newValues = new Bytes[2 * length];
            Arrays.fill(newValues, Bytes.EMPTY);
            for (int i = 0; i < count; i++) {
                newFlags[i] = flags[(head + i) & (length - 1)];
                newValues[i] = values[(head + i) & (length - 1)];
            }
            flags = newFlags;
            values = newValues;
            head = 0;
        }

        private long[] turned(long[] ring) {
            long[] turned = new long[2 * ring.length];
            for (int i = 0; i < count; i++) {
                turned[i] = ring[(head + i) & (ring.length - 1)];
            }
            return turned;
        }
    }
}
