package io.kumo.server.store;

import io.kumo.base.Check;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The index of the whole log: its segments, oldest first. Answers what is valid of a partition now that later segments
 * may have undone parts of earlier ones. Not thread-safe.
 */
public final class LogIndex {
    /** A segment's number and what it has. */
    public record Segment(long number, SegmentIndex index) {}

    /**
     * Valid entries of a partition in one segment.
     *
     * @param run where the segment has them
     */
    public record Piece(long segment, PartitionRun run, long firstSeq, long lastSeq) {}

    /**
     * The last COPY_BEGIN or DROP of a partition that the log has.
     *
     * @param isEnded a COPY_END follows, with this epoch and seq
     */
    public record Reset(long segment, int offset, boolean isDrop, boolean isEnded, long copyEpoch, long copySeq) {}

    private final List<Segment> segments = new ArrayList<>();

    /** A new segment at the end. */
    public void append(long number, SegmentIndex index) {
        Check.argument(segments.isEmpty() || newest().number() < number, "segment %d is not the newest", number);
        segments.add(new Segment(number, index));
    }

    public void removeOldest() {
        segments.remove(0);
    }

    public List<Segment> segments() {
        return segments;
    }

    public Segment newest() {
        return segments.get(segments.size() - 1);
    }

    public Segment oldest() {
        return segments.get(0);
    }

    /** Valid entries of the partition, oldest first, without a gap; the log ends with the last one. */
    public List<Piece> pieces(int partition) {
        Deque<Piece> pieces = new ArrayDeque<>();
        long limit = Long.MAX_VALUE;
        for (int i = segments.size() - 1; i >= 0; i--) {
            PartitionRun run = segments.get(i).index().run(partition);
            if (run == null) {
                continue;
            }
            long last = Math.min(run.lastSeq(), limit);
            if (run.count() > 0 && last >= run.firstSeq()) {
                if (!pieces.isEmpty() && last + 1 != pieces.getFirst().firstSeq()) {
                    break;
                }
                pieces.addFirst(new Piece(segments.get(i).number(), run, run.firstSeq(), last));
                limit = run.firstSeq() - 1;
            }
            limit = Math.min(limit, run.cutTo());
            if (run.hasReset()) {
                break;
            }
        }
        return List.copyOf(pieces);
    }

    /** The last reset of the partition, if the log still has it. */
    public Optional<Reset> lastReset(int partition) {
        PartitionRun end = null;
        for (int i = segments.size() - 1; i >= 0; i--) {
            PartitionRun run = segments.get(i).index().run(partition);
            if (run == null) {
                continue;
            }
            if (end == null && run.isCopyEnded()) {
                end = run;
            }
            if (run.hasReset()) {
                return Optional.of(reset(segments.get(i).number(), run, run.isDrop() ? null : end));
            }
        }
        return Optional.empty();
    }

    private static Reset reset(long segment, PartitionRun run, @Nullable PartitionRun end) {
        long epoch = end == null ? 0 : end.copyEpoch();
        long seq = end == null ? 0 : end.copySeq();
        return new Reset(segment, run.resetAt(), run.isDrop(), end != null, epoch, seq);
    }

    /**
     * Whether a start would read the oldest segment to bring the partition's records from {@code applied} to the end of
     * the log.
     */
    public boolean needsOldest(int partition, PartitionState applied, boolean isDropApplied) {
        Segment oldest = oldest();
        PartitionRun run = oldest.index().run(partition);
        if (run == null) {
            return false;
        }
        Optional<Reset> reset = lastReset(partition);
        if (reset.isPresent() && !isCovered(reset.get(), applied, isDropApplied)) {
            return reset.get().segment() == oldest.number();
        }
        List<Piece> pieces = pieces(partition);
        return !pieces.isEmpty()
                && pieces.get(0).segment() == oldest.number()
                && pieces.get(0).lastSeq() > applied.seq();
    }

    private static boolean isCovered(Reset reset, PartitionState applied, boolean isDropApplied) {
        return reset.isDrop() ? isDropApplied : reset.isEnded() && applied.reaches(reset.copyEpoch(), reset.copySeq());
    }
}
