package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Reads what a {@link StateWriter} wrote. */
final class StateReader {
    private final ByteBuffer in;

    StateReader(Bytes state) {
        this.in = state.asByteBuffer();
    }

    boolean isAtEnd() {
        return !in.hasRemaining();
    }

    int int32() {
        try {
            return in.getInt();
        } catch (BufferUnderflowException e) {
            throw cutShort(e);
        }
    }

    long int64() {
        try {
            return in.getLong();
        } catch (BufferUnderflowException e) {
            throw cutShort(e);
        }
    }

    Bytes bytes() {
        int length = int32();
        if (length < 0 || length > in.remaining()) {
            throw cutShort(new BufferUnderflowException());
        }
        byte[] content = new byte[length];
        in.get(content);
        return Bytes.wrap(content);
    }

    private static KumoException cutShort(Exception cause) {
        return new KumoException(ErrorCode.CORRUPT, "the state of a partition is cut short", cause);
    }
}
