package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.server.replica.Loading.Queued;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clients' operations at an active primary: evaluated one after the other against the newest state, in-flight
 * entries included, and answered at the commit of what they saw. Operations that need a record which is only in the
 * store wait for it in a queue of their key, in order.
 */
final class Operations {
    static final GetResult MISS = new GetResult(false, 0, 0, 0, Bytes.EMPTY);

    private final ReplicaContext context;
    private final PartitionData data;
    private final PrimaryRole primary;
    private final EntryTable inFlight = new EntryTable();
    private final Map<Bytes, Loading> loading = new HashMap<>();
    private long inFlightFlushSeq;
    /** The newest entry that may have to do with a planned flush. */
    private long planSeq;

    private int waiting;
    private int asyncWaiting;

    Operations(ReplicaContext context, PartitionData data, PrimaryRole primary) {
        this.context = context;
        this.data = data;
        this.primary = primary;
        planSeq = data.lastSeq();
    }

    int waiting() {
        return waiting;
    }

    // --- reads

    void get(Get get, Answer<GetResult> answer) {
        Bytes key = get.key();
        flushIfDue();
        if (waiting >= context.settings.maxWaiting()) {
            answer.fail(ErrorCode.OVERLOADED);
            return;
        }
        Loading queue = loading.isEmpty() ? null : loading.get(key);
        if (queue != null) {
            enqueue(queue, Queued.ofGet(get, answer));
            return;
        }
        long seq = inFlightSeq(key);
        if (seq > 0) {
            waiting++;
            data.tail.addWaiter(seq, Waiter.ofGet(answer, get.wants()));
            return;
        }
        long nowMs = context.clock.wallMs();
        LogEntry entry = get.wants() == 0 ? data.memtable.read(key, nowMs) : data.memtable.find(key);
        if (entry == null && !data.storeIsHidden()) {
            enqueue(load(key), Queued.ofGet(get, answer));
        } else if (get.wants() == 0) {
            answerGet(answer, resultOf(data.partition, entry, nowMs));
        } else {
            answerGet(answer, entry, get.wants(), get.knownSeq());
        }
    }

    /** Answers with the entry and what else was asked for, and marks its record as read. */
    private void answerGet(Answer<GetResult> answer, @Nullable LogEntry entry, int wants, long knownSeq) {
        long nowMs = context.clock.wallMs();
        GetResult result = Details.of(resultOf(data.partition, entry, nowMs), entry, wants, data.memtable, nowMs);
        if (entry != null && (wants & Get.UNSEEN) == 0) {
            data.memtable.read(entry.key(), nowMs);
        }
        answerGet(answer, Details.unlessKnown(result, knownSeq));
    }

    private void answerGet(Answer<GetResult> answer, GetResult result) {
        if (primary.holdsLeases()) { // after the value was read
            answer.ok(result);
        } else {
            answer.fail(ErrorCode.LEASE_LOST);
        }
    }

    static GetResult resultOf(int partition, @Nullable LogEntry entry, long nowMs) {
        return entry == null || !entry.isRecord() || entry.isExpired(nowMs)
                ? MISS
                : new GetResult(true, entry.flags(), entry.casUnique(partition), entry.expiryMs(), entry.value());
    }

    /** Seq of the newest uncommitted entry that decides what the key's record is; 0 if there is none. */
    private long inFlightSeq(Bytes key) {
        if (data.tail.count() == 0) {
            return 0;
        }
        LogEntry entry = inFlight.find(key);
        long flushSeq = inFlightFlushSeq > data.committedSeq() ? inFlightFlushSeq : 0;
        return entry == null ? flushSeq : Math.max(entry.seq(), flushSeq);
    }

    // --- writes

    void write(Write write, Answer<WriteResult> answer) {
        if (write.tableVersion() < primary.sinceVersion()) {
            answer.fail(ErrorCode.NOT_PRIMARY); // sent to an earlier primary: it may have been answered since
            return;
        }
        if (write.session() != 0 && isRepeated(write, answer)) {
            return;
        }
        flushIfDue();
        ErrorCode refusal = refusal(write);
        if (refusal != null) {
            answer.fail(refusal);
            return;
        }
        Loading queue = loading.isEmpty() ? null : loading.get(write.key());
        if (queue != null) {
            enqueue(queue, Queued.ofWrite(write, answer));
            return;
        }
        long seq = inFlightSeq(write.key());
        LogEntry entry = seq > 0 ? data.tail.entry(seq) : data.memtable.find(write.key());
        if (entry != null || data.storeIsHidden() || !MutationRules.needsRecord(write)) {
            execute(write, entry, seq, answer);
        } else {
            enqueue(load(write.key()), Queued.ofWrite(write, answer));
        }
    }

    /** Whether the operation was executed before; then it is answered as it was, when that is committed. */
    private boolean isRepeated(Write write, Answer<WriteResult> answer) {
        int at = data.dedup.find(write.session(), write.counter());
        if (at == DedupTable.NEW) {
            data.dedup.settle(write.session(), write.settledBelow());
            return false;
        }
        if (at == DedupTable.SETTLED) {
            answer.fail(ErrorCode.TIMED_OUT); // nobody waits for this any more
        } else {
            repeat(data.dedup.seqAt(at), repeated(write, at), answer);
        }
        return true;
    }

    /** What the operation was answered; of details only what the record says. */
    private WriteResult repeated(Write write, int at) {
        WriteResult result = data.dedup.resultAt(at);
        return result.status() == WriteStatus.DONE && write.options().has(WriteOptions.DETAILS)
                ? Details.of(
                        result,
                        data.dedup.marksAt(at),
                        data.dedup.expiryMsAt(at),
                        RecordDetails.NONE,
                        context.clock.wallMs())
                : result;
    }

    private void repeat(long seq, WriteResult result, Answer<WriteResult> answer) {
        if (seq > data.committedSeq()) {
            waiting++;
            data.tail.addWaiter(seq, Waiter.ofAnswered(answer, result));
        } else if (result.status() == WriteStatus.DONE || primary.holdsLeases()) {
            answer.ok(result);
        } else {
            answer.fail(ErrorCode.LEASE_LOST);
        }
    }

    private @Nullable ErrorCode refusal(Write write) {
        ReplicaSettings settings = context.settings;
        if (write.key().length() > ReplicaSettings.MAX_KEY_BYTES) {
            return ErrorCode.TOO_LARGE;
        }
        if (primary.inSyncCount() < settings.minCopies()) {
            return ErrorCode.NOT_ENOUGH_COPIES;
        }
        if (context.writesRefused() && write.kind() != WriteKind.DELETE && write.kind() != WriteKind.FLUSH) {
            return ErrorCode.DISK_FULL;
        }
        boolean full = data.tail.count() >= settings.maxPendingEntries()
                || data.tail.bytes() >= settings.maxPendingBytes()
                || waiting >= settings.maxWaiting()
                || context.memory.isFull();
        return full ? ErrorCode.OVERLOADED : null;
    }

    /** {@code seenSeq}: of the in-flight entry that {@code record} is, 0 if it is committed. */
    private void execute(Write write, @Nullable LogEntry record, long seenSeq, Answer<WriteResult> answer) {
        long nowMs = context.clock.wallMs();
        Mutation mutation = MutationRules.evaluate(write, record, nowMs, context.settings.maxValueBytes());
        RecordDetails before = write.options().has(WriteOptions.DETAILS)
                ? Details.before(write.key(), record, data.memtable, nowMs)
                : null;
        EntryKind kind = mutation.kind();
        if (kind != null) {
            LogEntry entry = propose(write, kind, mutation);
            waiting++;
            asyncWaiting += write.async() ? 1 : 0;
            data.tail.addWaiter(entry.seq(), Waiter.ofWrite(answer, before, write.async()));
            return;
        }
        WriteResult result = new WriteResult(mutation.status(), mutation.flags(), mutation.cas(), 0, mutation.value());
        if (before != null && mutation.status() == WriteStatus.UNCHANGED) {
            result = Details.of(result, mutation.marks(), mutation.expiryMs(), before, nowMs);
        }
        data.dedup.addUnchanged(write, result, seenSeq, context.clock.monotonicNs());
        repeat(seenSeq, result, answer);
    }

    private LogEntry propose(Write write, EntryKind kind, Mutation mutation) {
        long seq = data.lastSeq() + 1;
        LogEntry entry = new LogEntry(
                kind,
                primary.epoch(),
                seq,
                write.session(),
                write.counter(),
                write.settledBelow(),
                write.kind().number(),
                write.key(),
                mutation.flags(),
                mutation.expiryMs(),
                mutation.value(),
                mutation.cas() == 0 ? seq : mutation.cas(),
                mutation.marks() | (mutation.cas() == 0 ? 0 : LogEntry.OWN_CAS));
        propose(entry);
        return entry;
    }

    private void propose(LogEntry entry) {
        data.append(entry);
        if (entry.kind() == EntryKind.FLUSH) {
            planSeq = entry.seq();
            inFlightFlushSeq = entry.isPlan() ? inFlightFlushSeq : entry.seq();
        } else {
            inFlight.put(entry, (byte) 0, 0);
        }
        primary.wantFlush();
    }

    // --- what is done by the clock

    /** Once the time of a planned flush has come: what is asked for from then on comes after it. */
    void flushIfDue() {
        long atMs = data.flushAtMs();
        if (atMs > 0 && planSeq <= data.committedSeq() && atMs <= context.clock.wallMs()) {
            propose(LogEntry.internal(EntryKind.FLUSH, primary.epoch(), data.lastSeq() + 1, Bytes.EMPTY, Bytes.EMPTY));
        }
    }

    /** Deletes the record of that key if it is expired. */
    void sweep(Bytes key) {
        if (loading.containsKey(key) || inFlightSeq(key) > 0 || context.memory.isFull()) {
            return; // another time
        }
        LogEntry entry = data.memtable.find(key);
        if (entry != null) {
            sweep(key, entry);
        } else if (!data.storeIsHidden()) {
            enqueue(load(key), Queued.ofSweep());
        }
    }

    private void sweep(Bytes key, @Nullable LogEntry newest) {
        boolean expired = newest != null && newest.isRecord() && newest.isExpired(context.clock.wallMs());
        if (expired && data.tail.count() < context.settings.maxPendingEntries()) {
            propose(LogEntry.internal(EntryKind.DELETE, primary.epoch(), data.lastSeq() + 1, key, Bytes.EMPTY));
        }
    }

    // --- the store's answers

    private Loading load(Bytes key) {
        Loading queue = new Loading(context.nextId(), data.wipes());
        loading.put(key, queue);
        context.effects.load(data.partition, queue.loadId, key);
        return queue;
    }

    private void enqueue(Loading queue, Queued queued) {
        waiting++;
        if (queue.last == null) {
            queue.first = queued;
        } else {
            queue.last.next = queued;
        }
        queue.last = queued;
    }

    void onLoaded(long loadId, Bytes key, @Nullable LogEntry record) {
        Loading queue = loading.get(key);
        if (queue == null || queue.loadId != loadId) {
            return;
        }
        loading.remove(key);
        LogEntry base = queue.wipes == data.wipes() ? record : null;
        if (base != null) {
            data.memtable.putClean(base, context.clock.wallMs());
        }
        for (Queued queued = queue.first; queued != null; queued = queued.next) {
            waiting--;
            resume(key, queued, base);
        }
    }

    /** The record could not be read: nothing is known of it. */
    void onLoadFailed(long loadId, Bytes key) {
        Loading queue = loading.get(key);
        if (queue != null && queue.loadId == loadId) {
            loading.remove(key);
            failAll(queue, primary.inSyncCount() > 1 ? ErrorCode.NOT_PRIMARY : ErrorCode.CORRUPT);
        }
    }

    private void resume(Bytes key, Queued queued, @Nullable LogEntry base) {
        long seq = inFlightSeq(key);
        LogEntry entry = seq > 0 ? data.tail.entry(seq) : data.memtable.find(key);
        if (entry == null) {
            entry = base; // committed meanwhile is only what the memtable has: it can't have been evicted in this turn
        }
        if (queued.get != null) {
            if (seq > 0) {
                waiting++;
                data.tail.addWaiter(seq, Waiter.ofGet(queued.get, queued.wants));
            } else {
                answerGet(queued.get, entry, queued.wants, queued.knownSeq);
            }
        } else if (queued.write != null && queued.answer != null) {
            resume(queued.write, queued.answer, entry, seq);
        } else if (seq == 0) {
            sweep(key, entry);
        }
    }

    /** While it waited for its record, another try may have been carried out, and copies may have gone. */
    private void resume(Write write, Answer<WriteResult> answer, @Nullable LogEntry record, long seenSeq) {
        if (write.session() != 0 && isRepeated(write, answer)) {
            return;
        }
        ErrorCode refusal = refusal(write);
        if (refusal != null) {
            answer.fail(refusal);
        } else {
            execute(write, record, seenSeq, answer);
        }
    }

    // --- commits

    /** The local log has the entries from {@code fromSeq} on, up to {@code toSeq}. */
    void onLogged(long fromSeq, long toSeq) {
        for (long seq = fromSeq; asyncWaiting > 0 && seq <= toSeq; seq++) {
            Waiter kept = null;
            Waiter waiter = data.tail.takeWaiters(seq);
            while (waiter != null) {
                Waiter next = waiter.next;
                if (waiter.async && waiter.write != null) {
                    asyncWaiting--;
                    waiting--;
                    waiter.write.ok(resultOf(waiter, data.tail.entry(seq)));
                } else {
                    waiter.next = kept;
                    kept = waiter;
                }
                waiter = next;
            }
            for (Waiter other = kept; other != null; ) {
                Waiter next = other.next;
                other.next = null;
                data.tail.addWaiter(seq, other);
                other = next;
            }
        }
    }

    /** Commits the next entry and answers those who waited for it. */
    @SuppressWarnings("ReferenceEquality") // whether the very entry is still the newest of its key
    void commitNext() {
        Waiter waiter = data.tail.takeWaiters(data.committedSeq() + 1);
        LogEntry entry = data.commitNext();
        int slot = inFlight.slotOf(entry.key());
        if (slot >= 0 && inFlight.at(slot) == entry) {
            inFlight.removeAt(slot);
        }
        for (; waiter != null; waiter = waiter.next) {
            waiting--;
            asyncWaiting -= waiter.async ? 1 : 0;
            if (waiter.get != null) {
                answerGet(waiter.get, entry, waiter.wants, 0);
            } else if (waiter.write != null) {
                answerWrite(waiter.write, waiter, entry);
            }
        }
    }

    private void answerWrite(Answer<WriteResult> answer, Waiter waiter, LogEntry entry) {
        if (waiter.result == null || waiter.result.status() == WriteStatus.DONE || primary.holdsLeases()) {
            answer.ok(resultOf(waiter, entry));
        } else {
            answer.fail(ErrorCode.LEASE_LOST);
        }
    }

    private WriteResult resultOf(Waiter waiter, LogEntry entry) {
        if (waiter.result != null) {
            return waiter.result;
        }
        WriteResult result = MutationRules.resultOf(data.partition, entry);
        return waiter.before == null
                ? result
                : Details.of(
                        result, entry.marks(), MutationRules.expiryMsOf(entry), waiter.before, context.clock.wallMs());
    }

    /** This server is not the primary any more: whoever waits is told so, or that the outcome is not known. */
    void abandon() {
        for (long seq = data.committedSeq() + 1; seq <= data.lastSeq(); seq++) {
            for (Waiter waiter = data.tail.takeWaiters(seq); waiter != null; waiter = waiter.next) {
                waiter.abandon();
            }
        }
        for (Loading queue : loading.values()) {
            failAll(queue, ErrorCode.NOT_PRIMARY);
        }
        loading.clear();
        waiting = 0;
    }

    private void failAll(Loading queue, ErrorCode code) {
        for (Queued queued = queue.first; queued != null; queued = queued.next) {
            waiting--;
            if (queued.get != null) {
                queued.get.fail(code);
            } else if (queued.answer != null) {
                queued.answer.fail(code);
            }
        }
    }
}
