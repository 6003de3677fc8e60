package io.kumo.server.store;

import io.kumo.protocol.EntryKind;
import java.util.Arrays;

/**
 * What one segment has of one partition: the dense seqs that are still valid at the segment's end, and what it says
 * about earlier segments. A location is the offset (upper 32 bits) and length (lower 32) of a frame.
 */
public final class PartitionRun {
    /** {@link #cutTo}: nothing of earlier segments is undone. */
    public static final long NO_CUT = Long.MAX_VALUE;
    /** {@link #resetAt}: no copy or drop begins in this segment. */
    public static final int NO_RESET = -1;

    private static final long[] NO_LOCATIONS = new long[0];

    private long firstSeq;
    private int count;
    private long[] locations = NO_LOCATIONS;
    private long locationsAt;
    private long cutTo = NO_CUT;
    private int resetAt = NO_RESET;
    private boolean isDrop;
    private boolean isCopyEnded;
    private long copyEpoch;
    private long copySeq;

    PartitionRun() {}

    /** The row of a sealed segment, whose locations stay on disk. */
    PartitionRun(long firstSeq, int count, long cutTo, int resetAt, boolean isDrop) {
        this.firstSeq = firstSeq;
        this.count = count;
        this.cutTo = cutTo;
        this.resetAt = resetAt;
        this.isDrop = isDrop;
    }

    void copyEnded(long epoch, long seq) {
        isCopyEnded = true;
        copyEpoch = epoch;
        copySeq = seq;
    }

    void locationsAt(long position) {
        locationsAt = position;
    }

    void add(EntryKind kind, long epoch, long seq, int offset, int length) {
        switch (kind) {
            case PUT, DELETE, FLUSH -> addDense(seq, (long) offset << 32 | length);
            case TRUNCATE -> truncate(seq);
            case COPY_BEGIN, DROP -> {
                count = 0;
                cutTo = NO_CUT;
                resetAt = offset;
                isDrop = kind == EntryKind.DROP;
                isCopyEnded = false;
            }
            case COPY_END -> copyEnded(epoch, seq);
            case COPY_PUT -> {}
        }
    }

    private void addDense(long seq, long location) {
        if (count > 0 && seq <= lastSeq()) {
            truncate(seq - 1);
        }
        if (count == 0 || seq != lastSeq() + 1) {
            firstSeq = seq; // what is before a gap can't be reached any more
            count = 0;
        }
        if (count == locations.length) {
            locations = Arrays.copyOf(locations, Math.max(8, count * 2));
        }
        locations[count++] = location;
    }

    private void truncate(long seq) {
        if (count == 0 || seq < firstSeq) {
            cutTo = Math.min(cutTo, seq);
            count = 0;
        } else if (seq < lastSeq()) {
            count = (int) (seq - firstSeq + 1);
        }
    }

    public long firstSeq() {
        return firstSeq;
    }

    public int count() {
        return count;
    }

    public long lastSeq() {
        return firstSeq + count - 1;
    }

    /** Seqs above it in earlier segments are undone. */
    public long cutTo() {
        return cutTo;
    }

    /** Offset of the last COPY_BEGIN or DROP: all that is before it is void. */
    public int resetAt() {
        return resetAt;
    }

    public boolean hasReset() {
        return resetAt != NO_RESET;
    }

    /** Whether the last reset was a DROP. */
    public boolean isDrop() {
        return isDrop;
    }

    /** Whether a COPY_END follows the last reset, which may be in an earlier segment. */
    public boolean isCopyEnded() {
        return isCopyEnded;
    }

    public long copyEpoch() {
        return copyEpoch;
    }

    public long copySeq() {
        return copySeq;
    }

    /** Whether the locations are in memory; otherwise they are in the sidecar file from {@link #locationsAt} on. */
    public boolean hasLocations() {
        return locations.length >= count;
    }

    public long location(int index) {
        return locations[index];
    }

    /** Position of the first location in the sidecar file. */
    public long locationsAt() {
        return locationsAt;
    }

    void locations(long[] read) {
        locations = read;
    }

    /** Whether the entry with that seq is at that offset, or an older one that was undone. */
    public boolean isAt(long seq, int offset) {
        long at = seq - firstSeq;
        return at >= 0 && at < count && offset(locations[(int) at]) == offset;
    }

    /** Lets go of the locations, once the sidecar file has them. */
    void forgetLocations() {
        locations = NO_LOCATIONS;
    }

    public static int offset(long location) {
        return (int) (location >>> 32);
    }

    public static int length(long location) {
        return (int) location;
    }
}
