package io.kumo.server.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What a checkpoint is about to leave of a partition: kept beside the log, and compared with the records at the next
 * start, because the store below can roll back or lose a file without a word.
 *
 * @param partition number
 * @param epoch applied
 * @param seq applied
 * @param count of records
 */
public record CheckpointMark(int partition, long epoch, long seq, long count) {
    private static final int HEADER_BYTES = 8;
    private static final int ROW_BYTES = 28;
    private static final int ROW_LIMIT = 1 << 21;

    /** Whether the records look as this mark foretold. */
    public boolean fits(PartitionState state, long recordCount) {
        return state.epoch() == epoch && state.seq() == seq && recordCount == count;
    }

    /** A frame of marks: number of rows (4), CRC32C of them (4), rows. */
    public static ByteBuffer encode(List<CheckpointMark> marks) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + marks.size() * ROW_BYTES);
        out.putInt(marks.size()).putInt(0);
        for (CheckpointMark mark : marks) {
            out.putInt(mark.partition).putLong(mark.epoch).putLong(mark.seq).putLong(mark.count);
        }
        return out.putInt(4, checksum(out, HEADER_BYTES, marks.size())).flip();
    }

    /** All marks of a file, in order, up to the first frame that is torn or damaged. */
    public static List<CheckpointMark> decodeAll(ByteBuffer in) {
        List<CheckpointMark> marks = new ArrayList<>();
        while (in.remaining() >= HEADER_BYTES) {
            int rows = in.getInt(in.position());
            boolean isWhole =
                    rows >= 0 && rows <= ROW_LIMIT && in.remaining() >= HEADER_BYTES + (long) rows * ROW_BYTES;
            if (!isWhole || in.getInt(in.position() + 4) != checksum(in, in.position() + HEADER_BYTES, rows)) {
                return marks;
            }
            in.position(in.position() + HEADER_BYTES);
            for (int i = 0; i < rows; i++) {
                marks.add(new CheckpointMark(in.getInt(), in.getLong(), in.getLong(), in.getLong()));
            }
        }
        return marks;
    }

    private static int checksum(ByteBuffer buffer, int from, int rows) {
        CRC32C crc = new CRC32C();
        crc.update(rows); // an empty frame of zeros is not sound
        crc.update(buffer.duplicate().clear().limit(from + rows * ROW_BYTES).position(from));
        return (int) crc.getValue();
    }
}
