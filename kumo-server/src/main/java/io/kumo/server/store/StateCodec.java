package io.kumo.server.store;

import io.kumo.base.Bytes;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The form of a partition's state at rest: CRC32C (4) of partition and the rest; epoch, seq (8 each), damaged (1),
 * rest.
 */
public final class StateCodec {
    private static final int HEADER_BYTES = 21;

    private StateCodec() {}

    public static byte[] encode(int partition, PartitionState state) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + state.replica().length());
        out.putInt(0).putLong(state.epoch()).putLong(state.seq()).put((byte) (state.damaged() ? 1 : 0));
        out.put(state.replica().unsafeArray());
        out.putInt(0, checksum(partition, out.array(), out.capacity()));
        return out.array();
    }

    /** The state in the first {@code length} bytes; empty if it is damaged. */
    public static Optional<PartitionState> decode(int partition, byte[] stored, int length) {
        if (length < HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(stored, 0, length);
        if (in.getInt() != checksum(partition, stored, length)) {
            return Optional.empty();
        }
        long epoch = in.getLong();
        long seq = in.getLong();
        boolean damaged = in.get() != 0;
        Bytes replica = Bytes.copyOf(stored, HEADER_BYTES, length - HEADER_BYTES);
        return Optional.of(new PartitionState(epoch, seq, damaged, replica));
    }

    private static int checksum(int partition, byte[] stored, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(4).putInt(partition).flip());
        crc.update(stored, 4, length - 4);
        return (int) crc.getValue();
    }
}
