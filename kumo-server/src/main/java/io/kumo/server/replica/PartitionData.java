package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.EpochStart;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one server has of a partition, whatever its role: committed records, the tail of entries that are not committed,
 * the epoch history, the operations that were executed, and what of all that is in the log and in the store.
 */
final class PartitionData {
    private static final int STATE_VERSION = 3;
    /** The same without a planned flush: versions of this program from before there was one can read it. */
    private static final int PLAIN_STATE_VERSION = 2;
    /** Flags of a COPY_BEGIN whose records go to the store by checkpoints; without it they follow in the log. */
    private static final int UNLOGGED_COPY = 1;

    private static final int DISTRUSTED = 1;

    final int partition;
    final Memtable memtable;
    final Tail tail = new Tail();
    final EpochHistory history = new EpochHistory();
    final DedupTable dedup;

    private final ReplicaContext context;
    private boolean complete;
    private long copyEpoch;
    private long flushAtMs;
    private long committedSeq;
    private long lastSeq;
    private long loggedSeq;
    private long loggedTicket;
    private long barrierTicket;
    private boolean restoring = true;
    /** A copy of an older version of this program is being restored: its records are in the log. */
    private boolean isRestoringCopy;
    /** A copy is here, and with the checkpoint that says so it counts. */
    private boolean isEnding;

    private @Nullable Checkpoint endingCheckpoint;
    private Bytes endingState = Bytes.EMPTY;
    private final Damage damage = new Damage();

    private boolean storeIsEmpty;
    private boolean wipePending;
    private boolean stateDirty;
    private long wipes;
    private long resets;
    private @Nullable Checkpoint checkpoint;
    private long checkpointedSeq;
    /** Records in the store when it was last counted; -1 if it was not. */
    private long storeCount = -1;

    PartitionData(int partition, ReplicaContext context, Recovery stored) {
        this.partition = partition;
        this.context = context;
        this.memtable = new Memtable(context.memory);
        this.dedup = new DedupTable(partition, context.settings.dedupNs());
        this.complete = stored.complete();
        this.copyEpoch = stored.epoch();
        this.storeIsEmpty = stored.equals(Recovery.NONE);
        if (complete && decodeState(stored.state())) {
            damage.distrust();
        } // if not complete what the store has only serves to be compared with
        moveTo(complete ? stored.seq() : 0);
        checkpointedSeq = lastSeq;
    }

    boolean isComplete() {
        return complete;
    }

    long committedSeq() {
        return committedSeq;
    }

    long lastSeq() {
        return lastSeq;
    }

    long lastEpoch() {
        return history.lastEpoch();
    }

    /** When all records are to go, by a flush_all with a delay, milliseconds since 1970; 0 for never. */
    long flushAtMs() {
        return flushAtMs;
    }

    /** The local log has the entries up to here. */
    long loggedSeq() {
        return loggedSeq;
    }

    /**
     * Whether the log has the last cut of the tail, or end of a copy: before that nothing may be said of what it has.
     */
    boolean isCutLogged() {
        return loggedTicket >= barrierTicket;
    }

    /** Whether the store is not to be asked for records: it has none, or none that count. */
    boolean storeIsHidden() {
        return storeIsEmpty || wipePending || (checkpoint != null && checkpoint.wipe());
    }

    /** Whether there are records here, of whatever time, that a primary's can be compared with. */
    boolean hasRecords() {
        return !storeIsHidden() || memtable.dirtyCount() > 0 || tail.count() > 0;
    }

    /** The store was counted. */
    void onStoreCount(long count) {
        storeCount = count;
    }

    /** Hardly more records are here than that; {@link Long#MAX_VALUE} if nobody counted them. */
    long recordsAtMost() {
        return storeCount < 0 ? Long.MAX_VALUE : storeCount + memtable.dirtyCount();
    }

    /** Records here that are known not to fit their checksums. */
    Damage damage() {
        return damage;
    }

    /** This copy is not to be trusted, until it was mended: also after a restart, once a checkpoint has that. */
    boolean distrust() {
        boolean isNews = damage.distrust();
        stateDirty |= isNews;
        return isNews;
    }

    /** It is the primary's own now: there is nobody else to be trusted. */
    void trust() {
        stateDirty |= damage.trust();
    }

    /** Whether there is a change of state that no checkpoint has taken yet. */
    boolean isStateDirty() {
        return stateDirty;
    }

    /** Something is wrong with it, or nothing of it counts. */
    boolean isDamaged() {
        return damage.isKnown() || !complete;
    }

    /** A copy is here, and waits for its checkpoint. */
    boolean isEnding() {
        return isEnding;
    }

    /** Grows whenever all records went at once. */
    long wipes() {
        return wipes;
    }

    /** Grows whenever nothing that was here counts any more: a copy began, or the partition was dropped. */
    long resets() {
        return resets;
    }

    boolean isEmpty() {
        return complete && lastSeq == 0 && storeIsEmpty;
    }

    // --- entries

    /** Appends the next entry. */
    void append(LogEntry entry) {
        Check.invariant(entry.seq() == lastSeq + 1, "partition %d: seq %d after %d", partition, entry.seq(), lastSeq);
        long ticket = restoring ? 0 : context.effects.append(partition, entry);
        tail.add(entry, ticket);
        lastSeq = entry.seq();
        history.append(entry.epoch(), entry.seq());
        dedup.add(entry, context.clock.monotonicNs());
        context.memory.addDirty(entry.footprintBytes());
        if (restoring) {
            loggedSeq = lastSeq;
        }
    }

    /** Epoch of an entry here; {@link EpochHistory#UNKNOWN} if it was forgotten. */
    long epochAt(long seq) {
        return history.epochAt(seq);
    }

    /** Undoes the entries beyond {@code keepSeq}; none of them is committed. The caller has emptied their waiters. */
    void truncate(long keepSeq) {
        Check.invariant(keepSeq >= committedSeq, "partition %d: %d is committed", partition, keepSeq + 1);
        while (lastSeq > keepSeq) {
            LogEntry undone = tail.removeLast();
            context.memory.addDirty(-undone.footprintBytes());
            lastSeq--;
        }
        loggedSeq = Math.min(loggedSeq, keepSeq);
        history.truncate(keepSeq);
        dedup.truncate(keepSeq);
        if (!restoring) {
            long epoch = history.lastEpoch();
            barrierTicket = context.effects.append(
                    partition, LogEntry.internal(EntryKind.TRUNCATE, epoch, keepSeq, Bytes.EMPTY, Bytes.EMPTY));
        }
    }

    /** Commits the next entry: its record is visible now. */
    LogEntry commitNext() {
        LogEntry entry = tail.removeFirst();
        context.memory.addDirty(-entry.footprintBytes());
        committedSeq++;
        show(entry);
        return entry;
    }

    private void show(LogEntry entry) {
        if (entry.kind() == EntryKind.FLUSH) {
            flushAtMs = entry.expiryMs();
            if (!entry.isPlan()) {
                wipe();
            }
        } else {
            memtable.putDirty(entry, context.clock.wallMs());
            damage.onReplaced(entry.key());
        }
    }

    void onLogged(long ticket) {
        loggedTicket = Math.max(loggedTicket, ticket);
        while (loggedSeq < lastSeq && tail.ticket(loggedSeq + 1) <= loggedTicket) {
            loggedSeq++;
        }
    }

    // --- copies

    /**
     * From here on nothing here counts, until a copy has ended. What there is stays for as long as it takes to compare
     * it, entries that are not committed too, if {@code keep}: whether they were right shows then.
     */
    void beginCopy(boolean keep) {
        long epoch = history.lastEpoch();
        long seq = lastSeq;
        while (keep && tail.count() > 0) {
            LogEntry entry = tail.removeFirst();
            context.memory.addDirty(-entry.footprintBytes());
            show(entry);
        }
        reset(!keep);
        complete = false;
        if (!restoring) {
            LogEntry begin = new LogEntry(
                    EntryKind.COPY_BEGIN, epoch, seq, 0, 0, 0, 0, Bytes.EMPTY, UNLOGGED_COPY, 0, Bytes.EMPTY, seq, 0);
            barrierTicket = context.effects.append(partition, begin);
        }
    }

    /** A record of the primary. It goes to the store with a checkpoint, not into the log. */
    void addCopied(LogEntry record) {
        memtable.putCopied(record, context.clock.wallMs());
        damage.onReplaced(record.key());
    }

    /** The primary has no record of that key. */
    void dropCopied(Bytes key) {
        LogEntry delete = LogEntry.internal(EntryKind.DELETE, 0, 0, key, Bytes.EMPTY);
        memtable.putDirty(delete, context.clock.wallMs());
        damage.onReplaced(key);
    }

    /** The records here can't be read: there is nothing to compare with. */
    void giveUpRecords() {
        wipe();
    }

    /**
     * The copy is complete up to {@code seq}, and counts once a checkpoint has taken it to the store. Its mark in the
     * log, and every checkpoint from here on, have the epoch of the primary that sent it at least: so a start can tell
     * records of after the copy from older ones, even if these were at a higher seq of a history that was given up.
     */
    void endCopy(long epoch, long seq, Bytes state) {
        copyEpoch = Math.max(copyEpoch, epoch);
        decodeState(state);
        moveTo(seq);
        stateDirty = true;
        complete = restoring;
        isRestoringCopy = false;
        isEnding = !restoring;
        endingState = state;
    }

    private void onCopyStored() {
        isEnding = false;
        endingCheckpoint = null;
        complete = true;
        barrierTicket = context.effects.append(
                partition, LogEntry.internal(EntryKind.COPY_END, copyEpoch, committedSeq, Bytes.EMPTY, endingState));
        endingState = Bytes.EMPTY;
    }

    /** Everything goes; the store's records with the next checkpoint. */
    void drop() {
        long epoch = history.lastEpoch();
        long seq = lastSeq;
        reset(true);
        complete = true;
        copyEpoch = 0;
        if (!restoring) {
            barrierTicket = context.effects.append(
                    partition, LogEntry.internal(EntryKind.DROP, epoch, seq, Bytes.EMPTY, Bytes.EMPTY));
        }
    }

    private void reset(boolean wipes) {
        resets++;
        while (tail.count() > 0) {
            context.memory.addDirty(-tail.removeLast().footprintBytes());
        }
        history.clear();
        dedup.clear();
        damage.clear();
        flushAtMs = 0;
        if (wipes) {
            wipe();
        }
        stateDirty = true;
        isRestoringCopy = false;
        isEnding = false;
        endingCheckpoint = null;
        moveTo(0);
    }

    private void wipe() {
        memtable.clear();
        damage.clear();
        wipePending = true;
        wipes++;
    }

    private void moveTo(long seq) {
        committedSeq = seq;
        lastSeq = seq;
        loggedSeq = seq;
        tail.startAt(seq + 1);
    }

    // --- the state beside the records

    Bytes encodeState(long seq) {
        StateWriter out = new StateWriter();
        boolean isPlain = flushAtMs == 0;
        out.int32(isPlain ? PLAIN_STATE_VERSION : STATE_VERSION);
        List<EpochStart> starts = history.starts(seq);
        out.int32(starts.size());
        for (EpochStart start : starts) {
            out.int64(start.epoch());
            out.int64(start.firstSeq());
        }
        if (!isPlain) {
            out.int64(flushAtMs);
        }
        dedup.encode(out, seq);
        if (damage.isDistrusted()) {
            out.int32(DISTRUSTED); // older versions of this program do not read what comes last
        }
        return out.done();
    }

    /** Returns whether the copy that it is of was not to be trusted; another one that was made from it may be. */
    private boolean decodeState(Bytes state) {
        history.clear();
        dedup.clear();
        flushAtMs = 0;
        StateReader in = new StateReader(state);
        if (in.isAtEnd()) {
            return false;
        }
        int version = in.int32();
        boolean known = version >= 1 && version <= STATE_VERSION;
        Check.invariant(known, "partition %d: state of version %d", partition, version);
        int count = in.int32();
        for (int i = 0; i < count; i++) {
            history.append(in.int64(), in.int64());
        }
        flushAtMs = version > PLAIN_STATE_VERSION ? in.int64() : 0;
        dedup.decode(in, version > 1, context.clock.monotonicNs());
        return !in.isAtEnd() && in.int32() == DISTRUSTED;
    }

    // --- recovery

    /** The next entry of the log at start. What the store has already is skipped. */
    void restore(LogEntry entry) {
        switch (entry.kind()) {
            case PUT:
            case DELETE:
            case FLUSH:
                if (complete && entry.seq() == lastSeq + 1 && entry.epoch() >= lastEpoch()) {
                    append(entry); // one of an older epoch was undone, and a power cut took the note of that
                }
                break;
            case TRUNCATE:
                if (complete && entry.seq() < lastSeq) {
                    truncate(Math.max(entry.seq(), committedSeq));
                }
                break;
            case COPY_BEGIN:
                beginCopy(entry.flags() == UNLOGGED_COPY);
                isRestoringCopy = entry.flags() != UNLOGGED_COPY;
                break;
            case COPY_PUT:
                if (isRestoringCopy) {
                    addCopied(entry);
                }
                break;
            case COPY_END:
                if (isRestoringCopy) {
                    endCopy(entry.epoch(), entry.seq(), entry.value());
                }
                break;
            case DROP:
                drop();
                break;
        }
    }

    void restored() {
        restoring = false;
    }

    // --- checkpoints

    boolean isDirty() {
        return memtable.dirtyCount() > 0 || wipePending || stateDirty || (complete && committedSeq > checkpointedSeq);
    }

    /** None while the log lacks a copy's begin, a drop or a cut: the store must not know of it before the log does. */
    @Nullable
    Checkpoint beginCheckpoint() {
        if (checkpoint != null || !isDirty() || !isCutLogged()) {
            return null;
        }
        boolean counts = complete || isEnding;
        long seq = counts ? committedSeq : 0;
        Checkpoint begun = new Checkpoint(
                partition,
                wipePending,
                counts ? Math.max(copyEpoch, history.epochAt(seq)) : 0,
                seq,
                counts,
                counts ? encodeState(seq) : Bytes.EMPTY,
                memtable.dirty());
        checkpoint = begun;
        endingCheckpoint = isEnding ? begun : null;
        wipePending = false;
        stateDirty = false;
        return begun;
    }

    @SuppressWarnings("ReferenceEquality") // the very one, not one like it
    private void endCheckpoint(Checkpoint ended) {
        Check.invariant(ended == checkpoint, "partition %d: not the checkpoint that was begun", partition);
        checkpoint = null;
    }

    @SuppressWarnings("ReferenceEquality") // the very one, not one like it
    void onCheckpointed(Checkpoint done) {
        endCheckpoint(done);
        if (isEnding && done == endingCheckpoint) {
            onCopyStored();
        }
        checkpointedSeq = done.seq();
        if (done.wipe()) {
            storeIsEmpty = true;
        }
        storeIsEmpty &= done.records().isEmpty();
        for (int i = 0; i < done.records().size(); i++) {
            memtable.onStored(done.records().get(i));
        }
        context.memory.makeRoom();
    }

    void onCheckpointFailed(Checkpoint failed) {
        endCheckpoint(failed);
        wipePending |= failed.wipe();
        stateDirty = true;
    }
}
