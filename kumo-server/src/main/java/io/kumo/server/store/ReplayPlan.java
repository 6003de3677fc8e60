package io.kumo.server.store;

import io.kumo.protocol.EntryKind;
import java.util.List;
import java.util.Optional;

/**
 * What a start has to read of the log to bring one partition's records to the log's end.
 *
 * @param damage why that can't be done; empty if it can
 * @param fromSegment the first segment that has something for it; Long.MAX_VALUE if none has
 * @param reset the copy or drop that it begins with, if the records are from before that
 * @param afterSeq entries with a seq above this one are not in the records
 * @param pieces valid entries
 */
public record ReplayPlan(
        String damage, long fromSegment, Optional<LogIndex.Reset> reset, long afterSeq, List<LogIndex.Piece> pieces) {
    /** {@link #fromSegment} of a partition whose records have all. */
    public static final long NOTHING = Long.MAX_VALUE;

    /** The plan for a partition whose records are at {@code state}. */
    public static ReplayPlan of(LogIndex index, int partition, PartitionState state) {
        List<LogIndex.Piece> pieces = index.pieces(partition);
        Optional<LogIndex.Reset> reset = index.lastReset(partition);
        if (reset.isPresent() && !isCovered(reset.get(), state)) {
            return new ReplayPlan("", reset.get().segment(), reset, 0, pieces);
        }
        if (state.damaged()) {
            return damaged("its records are marked as damaged");
        }
        for (LogIndex.Piece piece : pieces) {
            if (piece.lastSeq() > state.seq()) {
                return piece.firstSeq() > state.seq() + 1
                        ? damaged("its records end at " + state.seq() + ", the log begins at " + piece.firstSeq())
                        : new ReplayPlan("", piece.segment(), Optional.empty(), state.seq(), pieces);
            }
        }
        return new ReplayPlan("", NOTHING, Optional.empty(), state.seq(), pieces);
    }

    // Seqs begin again after a DROP, so records can't tell whether they are from before or after it: read it again.
    private static boolean isCovered(LogIndex.Reset reset, PartitionState state) {
        return !reset.isDrop() && reset.isEnded() && state.reaches(reset.copyEpoch(), reset.copySeq());
    }

    private static ReplayPlan damaged(String why) {
        return new ReplayPlan(why, NOTHING, Optional.empty(), 0, List.of());
    }

    /** What is done with an entry at that place: {@code isValid} says whether the index leads to it. */
    public Use use(EntryKind kind, long seq, long segment, int offset, boolean isValid) {
        if (!damage.isEmpty()) {
            return Use.SKIP;
        }
        boolean isAfterReset = reset.isPresent()
                && (segment > reset.get().segment()
                        || (segment == reset.get().segment()
                                && offset >= reset.get().offset()));
        switch (kind) {
            case PUT, DELETE, FLUSH:
                if (!isValid) {
                    return Use.SKIP;
                }
                return seq > afterSeq ? Use.REPLAY : Use.OLD;
            case COPY_BEGIN, DROP:
                boolean isTheReset = isAfterReset
                        && segment == reset.get().segment()
                        && offset == reset.get().offset();
                return isTheReset ? Use.REPLAY : Use.SKIP;
            case COPY_PUT:
                return isAfterReset && reset.get().isEnded() ? Use.REPLAY : Use.SKIP;
            case COPY_END:
                return isAfterReset ? Use.REPLAY : Use.OLD;
            default:
                return Use.SKIP;
        }
    }

    /** What is done with an entry at start. */
    public enum Use {
        /** Undone, void, or of no interest. */
        SKIP,
        /** The records have it: only for the table of operations. */
        OLD,
        /** The records do not have it. */
        REPLAY
    }
}
