package io.kumo.server.store.runtime;

import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.CheckpointMark;
import io.kumo.server.store.LogFrame;
import io.kumo.server.store.LogIndex;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionRun;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.RecoveryVisitor;
import io.kumo.server.store.ReplayPlan;
import io.kumo.server.store.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the host up to what is on disk: compares the records with the marks, then reads the log once, from the first
 * segment that somebody needs on, and tells the visitor. At start, on one thread.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final SegmentedLog log;
    private final RecordStore store;
    private final CheckpointMarks marks;
    private final List<LogOpener.Damage> damages;
    private final RecoveryVisitor visitor;
    private final NavigableMap<Integer, ReplayPlan> plans = new TreeMap<>();
    private final LogFrame frames = new LogFrame();
    private final List<Integer> readWhole = new ArrayList<>();
    private long replayed;

    // Of the segment that is being read:
    private long segment;
    private SegmentIndex index = new SegmentIndex();
    private final Map<Integer, Long> lastValid = new HashMap<>();

    Recovery(
            SegmentedLog log,
            RecordStore store,
            CheckpointMarks marks,
            List<LogOpener.Damage> damages,
            RecoveryVisitor visitor) {
        this.log = log;
        this.store = store;
        this.marks = marks;
        this.damages = damages;
        this.visitor = visitor;
    }

    /** Returns the number of entries that were replayed. */
    long run() throws IOException {
        for (int partition : partitions()) {
            plan(partition);
        }
        if (!readWhole.isEmpty()) {
            LOG.warn(
                    "records are not as the last checkpoint says, all of them were read partitions={} first={}",
                    readWhole.size(),
                    readWhole.get(0));
        }
        long from = log.firstSegmentForOperations();
        for (ReplayPlan plan : plans.values()) {
            from = Math.min(from, plan.fromSegment());
        }
        for (LogIndex.Segment each : List.copyOf(log.index().segments())) {
            Optional<SegmentFile> file = log.file(each.number());
            if (each.number() >= from && file.isPresent()) {
                read(each, file.get());
            }
        }
        return replayed;
    }

    private Set<Integer> partitions() {
        Set<Integer> all = new TreeSet<>(store.partitions());
        all.addAll(marks.partitions());
        for (LogIndex.Segment each : log.index().segments()) {
            for (int partition = 0; partition < each.index().partitionBound(); partition++) {
                if (each.index().run(partition) != null) {
                    all.add(partition);
                }
            }
        }
        return all;
    }

    private void plan(int partition) {
        PartitionState state = store.state(partition);
        long count = store.count(partition);
        ReplayPlan plan = ReplayPlan.of(log.index(), partition, state);
        boolean isKnown = !state.equals(PartitionState.EMPTY) || count > 0;
        if (!isKnown
                && plan.reset().map(LogIndex.Reset::isDrop).orElse(false)
                && plan.pieces().isEmpty()) {
            return; // dropped, and nothing of it is left
        }
        String damage = plan.damage().isEmpty() && plan.reset().isEmpty()
                ? misfit(partition, state, count, plan)
                : plan.damage();
        if (damage.isEmpty()) {
            damage = unreadable(partition, plan);
        }
        if (!damage.isEmpty()) {
            damaged(partition, damage);
            return;
        }
        if (!isKnown && plan.fromSegment() == ReplayPlan.NOTHING) {
            return;
        }
        plans.put(partition, plan);
        log.applied(partition, isKnown ? Optional.of(state) : Optional.empty());
        visitor.onPartition(partition, state, count);
    }

    /** Why the records are not what the last checkpoints left; empty if they are, or the log makes up for it. */
    private String misfit(int partition, PartitionState state, long count, ReplayPlan plan) {
        CheckpointMark mark = marks.newest(partition);
        long logSeq = plan.pieces().isEmpty() ? 0 : SegmentedLog.lastSeq(plan.pieces());
        if (mark != null && isShortOf(mark, state, logSeq)) {
            return "its records are at " + state.seq() + " and its log ends at " + logSeq
                    + ", but a checkpoint had entries up to " + mark.seq();
        }
        if (marks.fits(partition, state, count)) {
            return "";
        }
        LOG.debug(
                "records are not as the last checkpoint says partition={} seq={} mark={}",
                partition,
                state.seq(),
                mark);
        readWhole.add(partition);
        return store.verify(partition);
    }

    private static boolean isShortOf(CheckpointMark mark, PartitionState state, long logSeq) {
        boolean isReplayed = state.seq() < mark.seq() && mark.seq() <= logSeq;
        return mark.seq() > 0 && !state.reaches(mark.epoch(), mark.seq()) && !isReplayed;
    }

    /** Why entries that the plan needs, or the end of the partition's log, may be in damaged bytes; empty if not. */
    private String unreadable(int partition, ReplayPlan plan) {
        for (LogOpener.Damage damage : damages) {
            boolean isHit = damage.partition() == partition
                    ? plan.fromSegment() <= damage.segment() || plan.pieces().isEmpty()
                    : damage.partition() < 0 && !isAfter(plan, damage);
            if (isHit) {
                return "the log is damaged in " + damage.path() + " from " + damage.from() + " to " + damage.to();
            }
        }
        return "";
    }

    // Seqs are dense: with a valid entry behind the damage, and no gap before it, nothing of the partition is in there.
    private static boolean isAfter(ReplayPlan plan, LogOpener.Damage damage) {
        if (plan.pieces().isEmpty()
                || (plan.reset().isPresent() && plan.reset().get().segment() <= damage.segment())) {
            return false;
        }
        LogIndex.Piece last = plan.pieces().get(plan.pieces().size() - 1);
        if (last.segment() != damage.segment()) {
            return last.segment() > damage.segment();
        }
        int index = (int) (last.lastSeq() - last.run().firstSeq());
        return last.run().hasLocations() && PartitionRun.offset(last.run().location(index)) >= damage.to();
    }

    private void damaged(int partition, String reason) {
        plans.remove(partition);
        PartitionState state = store.state(partition);
        if (!state.damaged()) {
            // Remembered: the next start must not take it for sound because the log has moved on.
            store.apply(List.of(PartitionChange.of(partition, false, List.of(), state.asDamaged())));
        }
        log.appliedAll(partition);
        LOG.error("partition must be copied anew partition={} reason={}", partition, reason);
        visitor.onDamaged(partition, reason);
    }

    private void read(LogIndex.Segment each, SegmentFile file) throws IOException {
        segment = each.number();
        index = wholeIndex(each, file);
        lastValid.clear();
        plans.forEach((partition, plan) -> {
            for (LogIndex.Piece piece : plan.pieces()) {
                if (piece.segment() == segment) {
                    lastValid.put(partition, piece.lastSeq());
                }
            }
        });
        long at = SegmentFile.HEADER_BYTES;
        while (at < file.bytes()) {
            at = file.scan(at, frames, this::onFrame);
            if (at < file.bytes()) {
                at = skip(file, at);
            }
        }
    }

    private SegmentIndex wholeIndex(LogIndex.Segment each, SegmentFile file) throws IOException {
        if (each.number() == log.index().newest().number()) {
            return each.index();
        }
        Optional<SegmentIndex> sidecar = file.readWholeSidecar();
        if (sidecar.isPresent() && sidecar.get().sameRowsAs(each.index())) {
            return sidecar.get();
        }
        SegmentIndex rebuilt = new SegmentIndex();
        long end = file.scanInto(rebuilt, SegmentFile.HEADER_BYTES, frames);
        while (end < file.bytes()) {
            long next = file.nextSound(end, frames);
            end = next < 0 ? file.bytes() : file.scanInto(rebuilt, next, frames);
        }
        return rebuilt;
    }

    private void onFrame(ByteBuffer buffer, int at, int offset, int length) {
        int partition = LogFrame.partition(buffer, at);
        ReplayPlan plan = plans.get(partition);
        if (plan == null) {
            return;
        }
        EntryKind kind = Objects.requireNonNull(LogFrame.kind(buffer, at));
        long seq = LogFrame.seq(buffer, at);
        PartitionRun run = index.run(partition);
        boolean isValid = run != null && run.isAt(seq, offset) && seq <= lastValid.getOrDefault(partition, 0L);
        ReplayPlan.Use use = plan.use(kind, seq, segment, offset, isValid);
        if (use == ReplayPlan.Use.SKIP) {
            return;
        }
        LogEntry entry = LogFrame.decode(buffer, at);
        if (use == ReplayPlan.Use.REPLAY) {
            replayed++;
            visitor.onEntry(partition, entry);
        } else {
            visitor.onOldEntry(partition, entry);
        }
    }

    /** Bytes that are not sound: whoever needs what the index has in them must be copied anew. */
    private long skip(SegmentFile file, long from) throws IOException {
        long next = file.nextSound(from, frames);
        long to = next < 0 ? file.bytes() : next;
        for (Map.Entry<Integer, ReplayPlan> each : Map.copyOf(plans).entrySet()) {
            if (isNeededIn(each.getKey(), each.getValue(), from, to)) {
                damaged(each.getKey(), "the log is damaged in " + file.path() + " from " + from + " to " + to);
            }
        }
        return to;
    }

    private boolean isNeededIn(int partition, ReplayPlan plan, long from, long to) {
        PartitionRun run = index.run(partition);
        if (plan.reset().isPresent() && plan.reset().get().segment() <= segment && run != null) {
            return true; // a record of the copy may be in there, and copies are not dense
        }
        for (int i = 0; run != null && i < run.count(); i++) {
            int offset = PartitionRun.offset(run.location(i));
            long seq = run.firstSeq() + i;
            if (offset >= from
                    && offset < to
                    && seq > plan.afterSeq()
                    && seq <= lastValid.getOrDefault(partition, 0L)) {
                return true;
            }
        }
        return false;
    }
}
