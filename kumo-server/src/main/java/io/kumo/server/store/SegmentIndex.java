package io.kumo.server.store;

import io.kumo.base.Check;
import io.kumo.protocol.EntryKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Where a segment has the entries of each partition. Grows with the segment; once that is sealed it is written to a
 * sidecar file, and only the rows stay in memory. Not thread-safe.
 *
 * <p>Sidecar, big-endian: magic (8), bytes of the segment that it describes (8), rows (4), CRC32C of the rows (4),
 * rows, locations. The locations have no checksum: each is checked by the frame that it leads to.
 */
public final class SegmentIndex {
    /** No cluster has more partitions; a larger number is damage. */
    public static final int PARTITION_LIMIT = 1 << 20;

    private static final long MAGIC = 0x4b554d4f49445831L; // KUMOIDX1
    private static final int HEADER_BYTES = 24;
    private static final int ROW_BYTES = 4 + 8 + 4 + 8 + 4 + 1 + 8 + 8 + 8;
    private static final int DROP = 1;
    private static final int COPY_ENDED = 2;

    private @Nullable PartitionRun[] runs = new PartitionRun[0];

    /** Takes note of an entry at that place of the segment. */
    public void add(int partition, EntryKind kind, long epoch, long seq, int offset, int length) {
        PartitionRun run = run(partition);
        if (run == null) {
            run = new PartitionRun();
            put(partition, run);
        }
        run.add(kind, epoch, seq, offset, length);
    }

    /** What the segment has of the partition, null for nothing. */
    public @Nullable PartitionRun run(int partition) {
        return partition < runs.length ? runs[partition] : null;
    }

    /** Above the highest partition that the segment has. */
    public int partitionBound() {
        return runs.length;
    }

    /** Lets go of the locations, once the sidecar file has them. */
    public void forgetLocations() {
        for (PartitionRun run : runs) {
            if (run != null) {
                run.forgetLocations();
            }
        }
    }

    private void put(int partition, PartitionRun run) {
        Check.argument(partition >= 0 && partition < PARTITION_LIMIT, "partition %d", partition);
        if (partition >= runs.length) {
            runs = Arrays.copyOf(runs, Math.max(partition + 1, Math.min(PARTITION_LIMIT, runs.length * 2)));
        }
        runs[partition] = run;
    }

    /** The sidecar of a segment with that many bytes; notes where it puts the locations. */
    public ByteBuffer encode(long segmentBytes) {
        int rows = 0;
        long entries = 0;
        for (PartitionRun run : runs) {
            if (run != null) {
                rows++;
                entries += run.count();
            }
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(HEADER_BYTES + (long) rows * ROW_BYTES + entries * 8));
        out.putLong(MAGIC).putLong(segmentBytes).putInt(rows).putInt(0);
        long locationsAt = HEADER_BYTES + (long) rows * ROW_BYTES;
        for (int partition = 0; partition < runs.length; partition++) {
            PartitionRun run = runs[partition];
            if (run != null) {
                run.locationsAt(locationsAt);
                encodeRow(partition, run, out);
                locationsAt += 8L * run.count();
            }
        }
        out.putInt(20, checksum(out, rows));
        for (PartitionRun run : runs) {
            if (run != null) {
                for (int i = 0; i < run.count(); i++) {
                    out.putLong(run.location(i));
                }
            }
        }
        return out.flip();
    }

    private static void encodeRow(int partition, PartitionRun run, ByteBuffer out) {
        out.putInt(partition).putLong(run.firstSeq()).putInt(run.count()).putLong(run.cutTo());
        out.putInt(run.resetAt()).put((byte) ((run.isDrop() ? DROP : 0) | (run.isCopyEnded() ? COPY_ENDED : 0)));
        out.putLong(run.copyEpoch()).putLong(run.copySeq()).putLong(run.locationsAt());
    }

    /** Bytes of header and rows, from the first {@link #HEADER_BYTES} of a sidecar; -1 if it is none. */
    public static int rowsEnd(ByteBuffer in) {
        if (in.remaining() < HEADER_BYTES || in.getLong(0) != MAGIC) {
            return -1;
        }
        int rows = in.getInt(16);
        return rows < 0 || rows > PARTITION_LIMIT ? -1 : HEADER_BYTES + rows * ROW_BYTES;
    }

    /** The rows of a sidecar; empty if it is damaged or of a segment with another number of bytes. */
    public static Optional<SegmentIndex> decodeRows(ByteBuffer in, long segmentBytes) {
        int end = rowsEnd(in);
        if (end < 0 || in.remaining() < end || in.getLong(8) != segmentBytes) {
            return Optional.empty();
        }
        int rows = in.getInt(16);
        if (in.getInt(20) != checksum(in, rows)) {
            return Optional.empty();
        }
        SegmentIndex index = new SegmentIndex();
        ByteBuffer row = in.duplicate().position(HEADER_BYTES);
        for (int i = 0; i < rows; i++) {
            int partition = row.getInt();
            index.put(partition, decodeRow(row));
        }
        return Optional.of(index);
    }

    private static PartitionRun decodeRow(ByteBuffer row) {
        long firstSeq = row.getLong();
        int count = row.getInt();
        long cutTo = row.getLong();
        int resetAt = row.getInt();
        int flags = row.get();
        PartitionRun run = new PartitionRun(firstSeq, count, cutTo, resetAt, (flags & DROP) != 0);
        long copyEpoch = row.getLong();
        long copySeq = row.getLong();
        if ((flags & COPY_ENDED) != 0) {
            run.copyEnded(copyEpoch, copySeq);
        }
        run.locationsAt(row.getLong());
        return run;
    }

    /** The whole sidecar, with its locations; empty if it is damaged or of a segment with another number of bytes. */
    public static Optional<SegmentIndex> decode(ByteBuffer in, long segmentBytes) {
        Optional<SegmentIndex> index = decodeRows(in, segmentBytes);
        if (index.isEmpty()) {
            return index;
        }
        for (PartitionRun run : index.get().runs) {
            if (run != null) {
                long end = run.locationsAt() + 8L * run.count();
                if (run.locationsAt() < 0 || end > in.limit()) {
                    return Optional.empty();
                }
                long[] locations = new long[run.count()];
                in.duplicate().position((int) run.locationsAt()).asLongBuffer().get(locations);
                run.locations(locations);
            }
        }
        return index;
    }

    /** Whether both say the same of every partition; for tests and for those who doubt a sidecar. */
    public boolean sameRowsAs(SegmentIndex other) {
        for (int partition = 0; partition < Math.max(runs.length, other.runs.length); partition++) {
            PartitionRun a = run(partition);
            PartitionRun b = other.run(partition);
            if ((a == null) != (b == null) || (a != null && b != null && !sameRow(a, b))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameRow(PartitionRun a, PartitionRun b) {
        return a.count() == b.count()
                && (a.count() == 0 || a.firstSeq() == b.firstSeq())
                && a.cutTo() == b.cutTo()
                && a.resetAt() == b.resetAt()
                && a.isDrop() == b.isDrop()
                && a.isCopyEnded() == b.isCopyEnded()
                && (!a.isCopyEnded() || (a.copyEpoch() == b.copyEpoch() && a.copySeq() == b.copySeq()));
    }

    private static int checksum(ByteBuffer buffer, int rows) {
        CRC32C crc = new CRC32C();
        ByteBuffer part = buffer.duplicate();
        crc.update(part.limit(20).position(8));
        part.clear();
        crc.update(part.limit(HEADER_BYTES + rows * ROW_BYTES).position(HEADER_BYTES));
        return (int) crc.getValue();
    }
}
