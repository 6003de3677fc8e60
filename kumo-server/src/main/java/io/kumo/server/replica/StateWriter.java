package io.kumo.server.replica;

import io.kumo.base.Bytes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes a replica's state as bytes, big-endian; for the store and for COPY_END. */
final class StateWriter {
    private ByteBuffer out = ByteBuffer.allocate(256);

    void int32(int value) {
        room(4).putInt(value);
    }

    void int64(long value) {
        room(8).putLong(value);
    }

    void bytes(Bytes value) {
        int32(value.length());
        room(value.length()).put(value.unsafeArray());
    }

    Bytes done() {
        return Bytes.copyOf(out.array(), 0, out.position());
    }

    private ByteBuffer room(int more) {
        if (out.remaining() < more) {
            byte[] grown = Arrays.copyOf(out.array(), Math.max(2 * out.capacity(), out.position() + more));
            out = ByteBuffer.wrap(grown).position(out.position());
        }
        return out;
    }
}
