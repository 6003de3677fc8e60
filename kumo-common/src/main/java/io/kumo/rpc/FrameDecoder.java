package io.kumo.rpc;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into frames: four bytes of length, highest first, then that many bytes. A frame above the
 * limit is refused as soon as its length is known. Frames are read where they lie; only one that came in pieces is
 * copied.
 *
 * <p>Use: {@link #feed} what was read, then {@link #frame} until it returns null, at once or later. One stream each,
 * not thread-safe.
 */
public final class FrameDecoder {
    private static final int HEADER_BYTES = 4;

    private int maxFrameBytes;
    private @Nullable ByteBuf pending;
    /** Whether {@link #pending} is a buffer of ours, into which pieces are copied. */
    private boolean collecting;
    /** End of the bytes that were fed, while {@link #pending} ends with the frame that was handed out; else -1. */
    private int fedEnd = -1;

    public FrameDecoder(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** From the next frame on, frames may be so large. */
    public void limit(int newMaxFrameBytes) {
        maxFrameBytes = newMaxFrameBytes;
    }

    /** Takes what was read from the stream, and takes it over: the decoder releases it. */
    public void feed(ByteBuf in) {
        ByteBuf held = pending;
        if (held == null) {
            pending = in;
            return;
        }
        leaveFrame(held);
        try {
            if (!collecting) {
                ByteBuf own = in.alloc().buffer(2 * (held.readableBytes() + in.readableBytes()));
                own.writeBytes(held);
                held.release();
                held = own;
                pending = own;
                collecting = true;
            } else if (held.readerIndex() > held.capacity() / 2) {
                held.discardReadBytes();
            }
            held.writeBytes(in);
        } finally {
            in.release();
        }
    }

    /**
     * The next frame, from the buffer's reader index to its writer index; null until more is fed. It is valid until the
     * next call, which goes on behind the frame however much of it was read.
     *
     * @throws KumoException TOO_LARGE for a frame above the limit; the stream can't be read any further
     */
    public @Nullable ByteBuf frame() {
        ByteBuf in = pending;
        if (in == null) {
            return null;
        }
        leaveFrame(in);
        int available = in.readableBytes() - HEADER_BYTES;
        if (available >= 0) {
            int length = in.getInt(in.readerIndex());
            if (length < 0 || length > maxFrameBytes) {
                throw new KumoException(
                        ErrorCode.TOO_LARGE,
                        "a frame of " + Integer.toUnsignedLong(length) + " bytes; at most " + maxFrameBytes
                                + " are read");
            }
            if (length <= available) {
                fedEnd = in.writerIndex();
                int start = in.readerIndex() + HEADER_BYTES;
                return in.setIndex(start, start + length);
            }
        } else if (!in.isReadable()) {
            release();
        }
        return null;
    }

    private void leaveFrame(ByteBuf in) {
        if (fedEnd >= 0) {
            in.setIndex(in.writerIndex(), fedEnd);
            fedEnd = -1;
        }
    }

    /** Bytes that are kept until the rest of their frame comes. */
    public int heldBytes() {
        return pending == null ? 0 : pending.readableBytes();
    }

    /** Lets go of what is held; the decoder may be fed anew. */
    public void release() {
        if (pending != null) {
            pending.release();
        }
        pending = null;
        collecting = false;
        fedEnd = -1;
    }
}
