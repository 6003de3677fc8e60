package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.protocol.VerifyMessages.CompareRanges;
import io.kumo.protocol.VerifyMessages.Compared;
import io.kumo.protocol.VerifyMessages.CopyDifference;
import io.kumo.protocol.VerifyMessages.RangeRecords;
import io.kumo.protocol.VerifyMessages.RecordVersion;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A primary's comparison of one piece of its partition with the copies in sync, while writes go on. A piece is read,
 * its digests go to the copies, and what differs is compared record by record. A difference may only be a write that
 * came in between: so the same is done again, and it counts if the primary's record is the same both times, as then the
 * copy, which was asked in between, must have had it. One at a time for each partition.
 */
final class Verification {
    private static final int MOST_ROUNDS = 6;
    private static final int MOST_EXAMPLES = 5;
    private static final long DEADLINE_NS = 15_000_000_000L;
    private static final RecordVersion NONE = new RecordVersion(Bytes.EMPTY, 0, 0);

    /** What was found of one copy. */
    private static final class Copy {
        private boolean isAnswered;
        /** Keys that differed in the last round, with the primary's version. */
        private Map<Bytes, RecordVersion> suspects = new HashMap<>();
        /** Keys that do differ. */
        private final TreeSet<Bytes> confirmed = new TreeSet<>();
    }

    private final ReplicaContext context;
    private final PartitionData data;
    private final long epoch;
    private final Bytes after;
    private final Answer<Message> answer;
    private final Map<ServerId, Copy> copies = new TreeMap<>();
    private final long beganNs;
    private Bytes lastKey = Bytes.EMPTY;
    private boolean hasPiece;
    private int round;
    private long compareId;
    private long beganSeq;
    private @Nullable MergedScan scan;
    private List<LogEntry> page = new ArrayList<>();
    private long unreadable;
    private int pageBytes;
    private List<RangeDigest> digests = List.of();
    private long comparedSeq;
    private long sentNs;

    Verification(ReplicaContext context, PartitionData data, PrimaryRole primary, Verify call, Answer<Message> answer) {
        this.context = context;
        this.data = data;
        this.epoch = primary.epoch();
        this.after = call.after();
        this.answer = answer;
        this.beganNs = context.clock.monotonicNs();
        primary.inSyncCopies().forEach(copy -> copies.put(copy, new Copy()));
    }

    /** Goes on; true once it is answered. */
    boolean advance(@Nullable PrimaryRole primary) {
        long nowNs = context.clock.monotonicNs();
        if (primary == null || primary.epoch() != epoch || !primary.isActive()) {
            answer.fail(ErrorCode.NOT_PRIMARY);
            return true;
        }
        if (nowNs - beganNs > DEADLINE_NS) {
            answer.fail(ErrorCode.TIMED_OUT);
            return true;
        }
        copies.keySet().retainAll(primary.inSyncCopies()); // whoever is out of sync is mended anyway
        if (compareId == 0) {
            read(nowNs);
        }
        if (compareId != 0) {
            ask(primary.tableVersion(), nowNs);
        }
        return compareId != 0 && copies.values().stream().allMatch(copy -> copy.isAnswered) && endRound();
    }

    private void read(long nowNs) {
        MergedScan reading = scan;
        if (reading == null) {
            if (!context.throttle.mayPass(nowNs)) {
                return;
            }
            beganSeq = data.committedSeq();
            page = new ArrayList<>();
            pageBytes = 0;
            unreadable = 0;
            reading = new MergedScan(context, data, after, lastKey);
            scan = reading;
        }
        while (!reading.isWaiting()) {
            LogEntry record = isPieceFull() ? null : reading.next();
            if (record != null) {
                take(record);
            } else if (reading.needsPage() && !isPieceFull()) {
                reading.request(context.settings.sendBytes());
            } else {
                endPiece(reading);
                return;
            }
        }
    }

    private boolean isPieceFull() {
        return !hasPiece && pageBytes >= context.settings.sendBytes();
    }

    private void take(LogEntry record) {
        if (MergedScan.isDamaged(record)) {
            unreadable++;
        }
        page.add(record);
        pageBytes += record.footprintBytes();
    }

    private void endPiece(MergedScan reading) {
        boolean toEnd = hasPiece ? lastKey.isEmpty() : reading.isAtEnd();
        if (!hasPiece) {
            hasPiece = true;
            lastKey = toEnd || page.isEmpty()
                    ? Bytes.EMPTY
                    : page.get(page.size() - 1).key();
        }
        List<RangeDigest> made = new ArrayList<>(RangeDigests.of(page, toEnd));
        if (!toEnd && (made.isEmpty() || !made.get(made.size() - 1).lastKey().equals(lastKey))) {
            made.add(new RangeDigest(lastKey, 0, 0)); // the last keys of the piece went since
        }
        digests = made;
        scan = null;
        context.throttle.passed(pageBytes);
        compareId = context.nextId();
        comparedSeq = data.committedSeq();
        sentNs = 0;
        copies.values().forEach(copy -> copy.isAnswered = false);
    }

    private void ask(long tableVersion, long nowNs) {
        if (sentNs != 0 && nowNs - sentNs < context.settings.resendNs()) {
            return;
        }
        sentNs = nowNs;
        copies.forEach((id, copy) -> {
            if (!copy.isAnswered) {
                context.effects.send(
                        id,
                        new CompareRanges(data.partition, epoch, tableVersion, compareId, comparedSeq, after, digests));
            }
        });
    }

    /** True if the page was asked for here. */
    boolean onScanned(long id, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        MergedScan reading = scan;
        if (reading == null || !reading.isMine(id)) {
            return false;
        }
        reading.onPage(records, damaged, last);
        return true;
    }

    void onCompared(ServerId from, Compared message) {
        Copy copy = copies.get(from);
        if (copy == null || message.compareId() != compareId || copy.isAnswered) {
            return;
        }
        copy.isAnswered = true;
        Map<Bytes, RecordVersion> suspects = new HashMap<>();
        for (RangeRecords range : message.differing()) {
            compare(range, suspects);
        }
        suspects.forEach((key, version) -> {
            if (version.equals(copy.suspects.get(key))) {
                copy.confirmed.add(key);
            }
        });
        copy.suspects = suspects;
    }

    private void compare(RangeRecords theirs, Map<Bytes, RecordVersion> suspects) {
        Map<Bytes, RecordVersion> mine = new HashMap<>();
        for (LogEntry record : RangeDigests.range(page, theirs.range())) {
            mine.put(record.key(), new RecordVersion(record.key(), record.epoch(), record.seq()));
        }
        for (RecordVersion record : theirs.records()) {
            RecordVersion here = mine.remove(record.key());
            if (!record.equals(here) && record.seq() <= beganSeq) { // a newer one came in between
                suspects.put(record.key(), here == null ? NONE : here);
            }
        }
        suspects.putAll(mine); // only here
    }

    /** True once it is answered. */
    private boolean endRound() {
        round++;
        boolean isOpen = copies.values().stream().anyMatch(copy -> !copy.confirmed.containsAll(copy.suspects.keySet()));
        if (isOpen && round < MOST_ROUNDS) {
            compareId = 0;
            return false;
        }
        List<CopyDifference> differences = new ArrayList<>();
        copies.forEach((id, copy) -> differences.add(new CopyDifference(
                id,
                copy.confirmed.size(),
                copy.confirmed.stream().limit(MOST_EXAMPLES).map(Bytes::toUtf8).toList())));
        answer.ok(new VerifyResult(page.size(), lastKey, unreadable, differences));
        return true;
    }
}
