package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.protocol.ReplicationMessages.RangeWanted;
import io.kumo.table.ServerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One copy of a partition on its way to a joiner: what the partition is, page by page in key order. A joiner that has
 * nothing gets all of it; for another one a page is its digests first, and then the records that it lacks. The store
 * moves on meanwhile; the log's entries from {@link #seq} on, which the joiner gets next, make up for that.
 */
final class CopyStream {
    private static final int WINDOW_CHUNKS = 4;
    private static final int MAX_DOUBLINGS = 5;
    /** That part of a page is few records. */
    private static final int FEW = 4;

    private final ReplicaContext context;
    private final PartitionData data;
    private final ServerId joiner;
    private final long epoch;
    private final boolean isDiff;
    private final long copyId;
    private final long seq;
    private final long seqEpoch;
    private final Bytes state;
    private final MergedScan scan;
    private final Deque<CopyChunk> unanswered = new ArrayDeque<>();
    private List<LogEntry> page = new ArrayList<>();
    private boolean isCompared;
    private boolean isAllSent;
    private @Nullable Bytes damagedKey;
    private int nextIndex;
    private long sentNs;
    private int resends;

    /** {@code isDiff}: the joiner has records to compare with. */
    CopyStream(ReplicaContext context, PartitionData data, ServerId joiner, long epoch, boolean isDiff) {
        this.context = context;
        this.data = data;
        this.joiner = joiner;
        this.epoch = epoch;
        this.isDiff = isDiff;
        this.copyId = context.nextId();
        this.seq = data.committedSeq();
        this.seqEpoch = data.history.epochAt(seq);
        this.state = data.encodeState(seq);
        this.scan = new MergedScan(context, data);
        this.sentNs = context.clock.monotonicNs();
    }

    /** The copy is what the partition was when this was committed. */
    long seq() {
        return seq;
    }

    /** A record that can't be read, so that the copy can't go on; null if there is none. */
    @Nullable
    Bytes damagedKey() {
        return damagedKey;
    }

    /** Sends what may be sent now. */
    void pump(long nowNs, long tableVersion) {
        while (!isAllSent
                && !isCompared
                && !scan.isWaiting()
                && damagedKey == null
                && unanswered.size() < WINDOW_CHUNKS
                && context.throttle.mayCopy(joiner, nowNs)) {
            if (scan.needsPage()) {
                scan.request(pageBytes());
            } else {
                takePage(nowNs, tableVersion);
            }
        }
    }

    private void takePage(long nowNs, long tableVersion) {
        page = new ArrayList<>();
        int bytes = 0;
        while (bytes < pageBytes()) {
            LogEntry record = scan.next();
            if (record == null) {
                break;
            }
            if (MergedScan.isDamaged(record)) {
                damagedKey = record.key();
                return;
            }
            page.add(record);
            bytes += record.footprintBytes();
        }
        boolean isEnd = scan.isAtEnd();
        if (!isDiff) {
            if (isEnd || !page.isEmpty()) {
                // The last one is answered late, once all is stored: many records come before it.
                boolean isLast = isEnd && bytes <= pageBytes() / FEW;
                send(page, List.of(), Bytes.EMPTY, isLast, nowNs, tableVersion);
            }
            return;
        }
        List<RangeDigest> digests = RangeDigests.of(page, isEnd);
        if (!digests.isEmpty()) {
            isCompared = true;
            send(List.of(), digests, Bytes.EMPTY, false, nowNs, tableVersion);
        }
    }

    /** True if the page was this copy's. */
    boolean onScanned(long id, List<LogEntry> records, List<Bytes> damaged, boolean last, long tableVersion) {
        if (!scan.isMine(id)) {
            return false;
        }
        scan.onPage(records, damaged, last);
        pump(context.clock.monotonicNs(), tableVersion);
        return true;
    }

    boolean isScanning(long id) {
        return scan.isMine(id);
    }

    private void send(
            List<LogEntry> records,
            List<RangeDigest> digests,
            Bytes stale,
            boolean last,
            long nowNs,
            long tableVersion) {
        isAllSent = last;
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
                records,
                isDiff,
                digests,
                stale);
        context.throttle.passed(bytesOf(chunk));
        context.throttle.underWay(joiner, bytesOf(chunk), nowNs);
        unanswered.add(chunk);
        sentNs = nowNs;
        context.effects.send(joiner, chunk);
    }

    private static long bytesOf(CopyChunk chunk) {
        long bytes = chunk.stale().length();
        for (int i = 0; i < chunk.records().size(); i++) {
            bytes += chunk.records().get(i).footprintBytes();
        }
        for (int i = 0; i < chunk.digests().size(); i++) {
            bytes += chunk.digests().get(i).lastKey().length() + 2L * Long.BYTES;
        }
        return bytes;
    }

    /** The joiner has the chunks before that index of that copy; true once it has all. */
    boolean onReceived(CopyReceived message, long nowNs, long tableVersion) {
        if (message.copyId() != copyId) {
            return false;
        }
        while (!unanswered.isEmpty() && unanswered.getFirst().index() < message.nextIndex()) {
            context.throttle.underWay(joiner, -bytesOf(unanswered.removeFirst()), nowNs);
            sentNs = nowNs;
            resends = 0;
        }
        if (isCompared && unanswered.isEmpty()) {
            isCompared = false;
            sendWanted(message.wanted(), nowNs, tableVersion);
        }
        pump(nowNs, tableVersion);
        return isAllSent && unanswered.isEmpty();
    }

    private void sendWanted(List<RangeWanted> wanted, long nowNs, long tableVersion) {
        List<LogEntry> records = new ArrayList<>();
        List<Long> stale = new ArrayList<>();
        for (RangeWanted each : wanted) {
            Set<Long> theirs = RangeDigests.unpack(each.fingerprints());
            for (LogEntry record : RangeDigests.range(page, each.range())) {
                if (!theirs.remove(RangeDigests.fingerprint(record))) {
                    records.add(record);
                }
            }
            stale.addAll(theirs);
        }
        page = List.of();
        boolean isEnd = scan.isAtEnd();
        if (isEnd || !records.isEmpty() || !stale.isEmpty()) {
            send(records, List.of(), RangeDigests.pack(stale), isEnd, nowNs, tableVersion);
        }
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

    /** No more of it is sent. */
    void end() {
        long nowNs = context.clock.monotonicNs();
        unanswered.forEach(chunk -> context.throttle.underWay(joiner, -bytesOf(chunk), nowNs));
        unanswered.clear();
    }

    /** Digests take little room, and each page of them is one way there and back. */
    private int pageBytes() {
        int bytes = context.settings.sendBytes();
        return Math.max(1, isDiff ? bytes : Math.min(bytes / 4, context.throttle.pageBytes(bytes)));
    }
}
