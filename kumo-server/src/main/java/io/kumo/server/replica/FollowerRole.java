package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.table.ServerId;
import java.util.List;

/**
 * A copy, in sync or joining, in one epoch: takes entries that follow what it has from the primary of that epoch,
 * undoes what the primary does not have, and answers once its log has it.
 */
final class FollowerRole {
    private final Replica replica;
    private final ReplicaContext context;
    private final PartitionData data;
    private final ServerId primary;
    private final long epoch;
    private final CopyIntake intake;
    private long matchedSeq = -1;
    private long promisedCommitSeq;
    private boolean owesAnswer;
    private boolean owesBehind;
    private boolean isSyncWanted;
    private long syncId;
    private long syncingBelow;
    private long durableBelow = 1;

    FollowerRole(Replica replica, ReplicaContext context, PartitionData data, ServerId primary, long epoch) {
        this.replica = replica;
        this.context = context;
        this.data = data;
        this.primary = primary;
        this.epoch = epoch;
        this.intake = new CopyIntake(context, data);
    }

    ServerId primary() {
        return primary;
    }

    void onReplicate(Replicate message) {
        replica.wantFlush();
        if (!data.isComplete() || !follows(message)) {
            owesBehind = true;
            return;
        }
        isSyncWanted |= message.sync();
        List<LogEntry> entries = message.entries();
        if (!entries.isEmpty() && context.memory.isFull() && message.prevSeq() + entries.size() > data.lastSeq()) {
            // The primary sends them again. What is here is committed meanwhile: only that lets a checkpoint make room.
            onMatched(message.prevSeq(), message.committedSeq());
            owesAnswer = true;
            return;
        }
        for (int i = 0; i < entries.size(); i++) {
            LogEntry entry = entries.get(i);
            Check.argument(entry.seq() == message.prevSeq() + 1 + i, "entries of %d are not dense", data.partition);
            if (!take(entry)) {
                owesBehind = true;
                return;
            }
        }
        onMatched(message.prevSeq() + entries.size(), message.committedSeq());
    }

    private void onMatched(long seq, long committedSeq) {
        matchedSeq = Math.max(matchedSeq, seq);
        promisedCommitSeq = Math.max(promisedCommitSeq, committedSeq);
        commit();
        owesAnswer |= data.loggedSeq() >= matchedSeq; // else once the log has it
        considerSync();
    }

    /** Has the log synced if the primary wants that, once what it sent is in there. */
    private void considerSync() {
        if (isSyncWanted && syncId == 0 && data.loggedSeq() >= matchedSeq && data.isCutLogged()) {
            isSyncWanted = false;
            syncingBelow = matchedSeq + 1;
            syncId = context.nextId();
            context.effects.sync(data.partition, syncId);
        }
    }

    /** All that was logged when that was asked for survives a power cut now. */
    void onSynced(long id) {
        if (id == syncId) {
            syncId = 0;
            durableBelow = Math.max(durableBelow, syncingBelow);
            owesAnswer = true;
            replica.wantFlush();
        }
    }

    /** Whether the entries fit behind what is here, once that is rid of what the primary never had. */
    private boolean follows(Replicate message) {
        long base = message.baseSeq();
        if (data.lastSeq() > base && data.epochAt(base + 1) < epoch) {
            if (base < data.committedSeq()) {
                return false; // can't be undone: a whole copy is needed
            }
            undo(base);
        }
        return message.prevSeq() <= data.lastSeq() && data.epochAt(message.prevSeq()) == message.prevEpoch();
    }

    private boolean take(LogEntry entry) {
        if (entry.seq() <= data.lastSeq()) {
            if (data.epochAt(entry.seq()) == entry.epoch()) {
                return true;
            }
            if (entry.seq() <= data.committedSeq()) {
                return false;
            }
            undo(entry.seq() - 1);
        }
        data.append(entry);
        return true;
    }

    private void undo(long keepSeq) {
        long count = data.lastSeq() - keepSeq;
        data.truncate(keepSeq);
        forgetSyncs(Math.min(durableBelow, keepSeq + 1));
        context.effects.event(new ReplicaEvent.Undone(data.partition, epoch, keepSeq, count));
    }

    private void forgetSyncs(long below) {
        durableBelow = below;
        syncId = 0;
    }

    /**
     * It joins now, was in sync or has just started, and nobody takes it for one that has everything before it says so
     * again: if something here is damaged, what it has counts no longer.
     */
    void onJoining() {
        if (!data.damage().isKnown() || !data.isComplete()) {
            return;
        }
        data.beginCopy(true);
        matchedSeq = -1;
        promisedCommitSeq = 0;
        owesAnswer = false;
        forgetSyncs(1);
    }

    /**
     * To be called from ticks while it is joining. Without room only a checkpoint helps, and that takes nothing of what
     * is not committed: of that goes what this primary was never told of. Nobody relies on what a joiner has.
     */
    void makeRoom() {
        if (context.memory.isFull() && matchedSeq < 0 && data.isComplete() && data.lastSeq() > data.committedSeq()) {
            undo(data.committedSeq());
        }
    }

    private void commit() {
        long seq = Math.min(promisedCommitSeq, Math.min(matchedSeq, data.loggedSeq()));
        while (data.committedSeq() < seq) {
            data.commitNext();
        }
    }

    void onLogged() {
        if (matchedSeq >= 0) {
            commit();
            considerSync();
            owesAnswer = true;
            replica.wantFlush();
        }
        onProgress();
    }

    void onCopyChunk(CopyChunk chunk) {
        if (intake.take(chunk)) {
            matchedSeq = -1;
            forgetSyncs(1);
        }
        replica.wantFlush();
    }

    /** Log, store or memory may allow more than before. */
    void onProgress() {
        if (intake.onProgress()) {
            replica.wantFlush();
        }
    }

    /** A page of the store that a copy is compared with. */
    boolean onScanned(long scanId, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        boolean isMine = intake.onScanned(scanId, records, damaged, last);
        if (isMine) {
            onProgress();
        }
        return isMine;
    }

    void onScanFailed(long scanId) {
        if (intake.onScanFailed(scanId)) {
            replica.wantFlush();
        }
    }

    /** Sends what is owed to the primary. */
    void flush(long tableVersion) {
        if (owesBehind) {
            context.effects.send(
                    primary,
                    new Behind(
                            data.partition,
                            epoch,
                            tableVersion,
                            true,
                            data.isComplete(),
                            data.lastSeq(),
                            data.committedSeq(),
                            data.history.starts(data.lastSeq()),
                            context.incarnation,
                            data.hasRecords()));
        } else if (owesAnswer && matchedSeq >= 0 && data.isCutLogged()) {
            long seq = Math.min(matchedSeq, data.loggedSeq());
            context.effects.send(
                    primary,
                    new Replicated(data.partition, epoch, tableVersion, seq, context.incarnation, durableBelow));
        }
        owesAnswer = false;
        owesBehind = false;
        if (intake.owesAnswer()) {
            context.effects.send(primary, intake.takeAnswer(epoch, tableVersion));
        }
    }
}
