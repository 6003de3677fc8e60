package io.kumo.server.replica;

import io.kumo.base.Check;
import io.kumo.protocol.ReplicationMessages.EpochStart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which epoch each entry of a partition is of: the seqs where epochs begin. Two servers' entries with the same epoch
 * and seq are the same, and so are all before them, so that the histories alone say where two copies part. Only the
 * newest {@link #MAX_EPOCHS} are kept.
 */
final class EpochHistory {
    static final int MAX_EPOCHS = 200;

    /** The epoch of an entry that is not here, or so old that its epoch was forgotten. */
    static final long UNKNOWN = -1;

    private long[] epochs = new long[4];
    private long[] firstSeqs = new long[4];
    private int count;

    /** An entry was appended. */
    void append(long epoch, long seq) {
        if (count > 0 && epochs[count - 1] == epoch) {
            return;
        }
        Check.invariant(
                count == 0 || (epoch > epochs[count - 1] && seq > firstSeqs[count - 1]),
                "epoch goes back to %d",
                epoch);
        if (count == MAX_EPOCHS) {
            System.arraycopy(epochs, 1, epochs, 0, count - 1);
            System.arraycopy(firstSeqs, 1, firstSeqs, 0, count - 1);
            count--;
        } else if (count == epochs.length) {
            epochs = Arrays.copyOf(epochs, 2 * count);
            firstSeqs = Arrays.copyOf(firstSeqs, 2 * count);
        }
        epochs[count] = epoch;
        firstSeqs[count] = seq;
        count++;
    }

    /** Entries beyond {@code lastSeq} are gone. */
    void truncate(long lastSeq) {
        while (count > 0 && firstSeqs[count - 1] > lastSeq) {
            count--;
        }
    }

    void clear() {
        count = 0;
    }

    /** Epoch of the newest entry, 0 if there is none. */
    long lastEpoch() {
        return count == 0 ? 0 : epochs[count - 1];
    }

    /** Epoch of the entry at {@code seq}, which must not be beyond the last one; 0 for seq 0. */
    long epochAt(long seq) {
        if (seq == 0) {
            return 0;
        }
        for (int i = count - 1; i >= 0; i--) {
            if (firstSeqs[i] <= seq) {
                return epochs[i];
            }
        }
        return UNKNOWN;
    }

    /** The last seq up to which this history and another one are the same; {@link #UNKNOWN} if forgotten. */
    long commonSeq(long lastSeq, List<EpochStart> other, long otherLastSeq) {
        EpochHistory theirs = new EpochHistory();
        theirs.restore(other);
        long seq = Math.min(lastSeq, otherLastSeq);
        while (seq > 0) {
            long here = epochAt(seq);
            long there = theirs.epochAt(seq);
            if (here == UNKNOWN || there == UNKNOWN) {
                return UNKNOWN;
            }
            if (here == there) {
                return seq;
            }
            seq = (here > there ? this : theirs).firstSeqAtOrBefore(seq) - 1;
        }
        return 0;
    }

    private long firstSeqAtOrBefore(long seq) {
        for (int i = count - 1; i > 0; i--) {
            if (firstSeqs[i] <= seq) {
                return firstSeqs[i];
            }
        }
        return firstSeqs[0];
    }

    /** The starts of the epochs that have entries up to {@code lastSeq}. */
    List<EpochStart> starts(long lastSeq) {
        List<EpochStart> starts = new ArrayList<>(count);
        for (int i = 0; i < count && firstSeqs[i] <= lastSeq; i++) {
            starts.add(new EpochStart(epochs[i], firstSeqs[i]));
        }
        return starts;
    }

    /** Becomes what {@link #starts} gave. */
    void restore(List<EpochStart> starts) {
        count = 0;
        for (int i = 0; i < starts.size(); i++) {
            append(starts.get(i).epoch(), starts.get(i).firstSeq());
        }
    }
}
