package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.table.ServerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One whole copy of a partition on its way to a joiner: the records of the store, but for the keys that were dirty in
 * memory when it began, then those. The store moves on meanwhile; the log's entries from {@link #seq} on, which the
 * joiner gets next, make up for that.
 */
final class CopyStream {
    private static final int WINDOW_CHUNKS = 4;
    private static final int MAX_DOUBLINGS = 5;

    private final ReplicaContext context;
    private final PartitionData data;
    private final ServerId joiner;
    private final long epoch;
    private final long copyId;
    private final long seq;
    private final long seqEpoch;
    private final Bytes state;
    private final EntryTable dirty = new EntryTable();
    private final Deque<CopyChunk> unanswered = new ArrayDeque<>();
    private Bytes after = Bytes.EMPTY;
    private boolean isScanned;
    private int dirtySlot;
    private boolean isAllSent;
    private long scanId;
    private int nextIndex;
    private long sentNs;
    private int resends;

    CopyStream(ReplicaContext context, PartitionData data, ServerId joiner, long epoch) {
        this.context = context;
        this.data = data;
        this.joiner = joiner;
        this.epoch = epoch;
        this.copyId = context.nextId();
        this.seq = data.committedSeq();
        this.seqEpoch = data.history.epochAt(seq);
        this.state = data.encodeState(seq);
        for (LogEntry entry : data.memtable.dirty()) {
            dirty.put(entry, (byte) 0);
        }
        this.isScanned = data.storeIsHidden();
        this.sentNs = context.clock.monotonicNs();
    }

    /** The copy is what the partition was when this was committed. */
    long seq() {
        return seq;
    }

    /** Sends what may be sent now. */
    void pump(long nowNs, long tableVersion) {
        while (!isAllSent && scanId == 0 && unanswered.size() < WINDOW_CHUNKS && context.throttle.mayPass(nowNs)) {
            if (isScanned) {
                sendDirty(nowNs, tableVersion);
            } else {
                scanId = context.nextId();
                context.effects.scan(data.partition, scanId, after, chunkBytes());
            }
        }
    }

    /** True if the scan was this copy's. */
    boolean onScanned(long id, List<LogEntry> records, boolean last, long nowNs, long tableVersion) {
        if (id != scanId) {
            return false;
        }
        scanId = 0;
        isScanned = last;
        List<LogEntry> chunk = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            LogEntry record = records.get(i);
            if (dirty.slotOf(record.key()) < 0) {
                chunk.add(record);
            }
            after = record.key();
        }
        if (!chunk.isEmpty()) {
            send(chunk, false, nowNs, tableVersion);
        }
        pump(nowNs, tableVersion);
        return true;
    }

    boolean isScanning(long id) {
        return scanId == id;
    }

    private void sendDirty(long nowNs, long tableVersion) {
        List<LogEntry> chunk = new ArrayList<>();
        int bytes = 0;
        while (dirtySlot < dirty.slots() && bytes < chunkBytes()) {
            LogEntry entry = dirty.at(dirtySlot++);
            if (entry != null && entry.isRecord()) {
                chunk.add(entry);
                bytes += entry.footprintBytes();
            }
        }
        isAllSent = dirtySlot >= dirty.slots();
        send(chunk, isAllSent, nowNs, tableVersion);
    }

    private void send(List<LogEntry> records, boolean last, long nowNs, long tableVersion) {
        CopyChunk chunk = new CopyChunk(
                data.partition,
                epoch,
                tableVersion,
                copyId,
                nextIndex++,
                last,
                seqEpoch,
                seq,
                last ? state : Bytes.EMPTY,
                records);
        long bytes = 0;
        for (int i = 0; i < records.size(); i++) {
            bytes += records.get(i).footprintBytes();
        }
        context.throttle.passed(bytes);
        unanswered.add(chunk);
        sentNs = nowNs;
        context.effects.send(joiner, chunk);
    }

    /** The joiner has the chunks before {@code index} of that copy; true once it has all. */
    boolean onReceived(long ofCopyId, int index, long nowNs, long tableVersion) {
        if (ofCopyId != copyId) {
            return false;
        }
        while (!unanswered.isEmpty() && unanswered.getFirst().index() < index) {
            unanswered.removeFirst();
            sentNs = nowNs;
            resends = 0;
        }
        pump(nowNs, tableVersion);
        return isAllSent && unanswered.isEmpty();
    }

    /**
     * Sends again what was not answered, {@code atOnce} or after a while that doubles each time: a joiner that is slow
     * is not helped by more of the same.
     */
    void resend(long nowNs, boolean atOnce) {
        long patienceNs = context.settings.resendNs() << Math.min(1 + resends, MAX_DOUBLINGS);
        if (!unanswered.isEmpty() && (atOnce || nowNs - sentNs > patienceNs)) {
            sentNs = nowNs;
            resends++;
            for (CopyChunk chunk : unanswered) {
                context.effects.send(joiner, chunk);
            }
        }
    }

    private int chunkBytes() {
        return Math.max(1, context.settings.sendBytes() / 4);
    }
}
