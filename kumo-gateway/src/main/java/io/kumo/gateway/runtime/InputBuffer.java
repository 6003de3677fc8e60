package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.CommandParser;
import io.kumo.gateway.memcached.ParseResult;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What a client sent and nobody has parsed yet. Usually everything is parsed right where it was read to; only what is
 * left is copied, so that it does not pin a large buffer. Values that are refused are thrown away as they come.
 */
final class InputBuffer {
    private static final Incomplete NOTHING = new Incomplete(1, 0);
    /** Input up to here is taken whatever other clients hold, bytes. */
    private static final int ALWAYS_BYTES = 64 << 10;

    private static final int LEAST_BYTES = 256;

    private final ByteBufAllocator allocator;
    private final GatewayLoop loop;
    private @Nullable ByteBuf bytes;
    /** {@link #bytes} is the buffer that was read to, not one of our own. */
    private boolean borrowed;

    private int accounted;
    private int scanned;
    private int needed;
    private long swallow;

    InputBuffer(ByteBufAllocator allocator, GatewayLoop loop) {
        this.allocator = allocator;
        this.loop = loop;
    }

    /** Takes over {@code more}; false if there is no memory to keep it. */
    boolean add(ByteBuf more) {
        settle();
        ByteBuf own = bytes;
        if (own == null) {
            bytes = more;
            borrowed = true;
            return true;
        }
        boolean room = own.readableBytes() + more.readableBytes() <= ALWAYS_BYTES || loop.hasInputRoom();
        if (room) {
            if (own.writableBytes() < more.readableBytes()) {
                own.discardReadBytes();
            }
            own.writeBytes(more);
            account(own.capacity());
        }
        more.release();
        return room;
    }

    /** The next command, refusal, or that more is needed. */
    ParseResult parse(CommandParser parser) {
        ByteBuf in = bytes;
        if (in == null) {
            return NOTHING;
        }
        if (swallow > 0) {
            int skipped = (int) Math.min(swallow, in.readableBytes());
            in.skipBytes(skipped);
            swallow -= skipped;
        }
        int available = in.readableBytes();
        if (available == 0) {
            dispose();
            return NOTHING;
        }
        if (available < needed) {
            return NOTHING;
        }
        ParseResult result = parser.parse(in, in.readerIndex(), scanned);
        scanned = 0;
        needed = 0;
        if (result instanceof ParseResult.Parsed parsed) {
            in.skipBytes(parsed.consumed());
        } else if (result instanceof ParseResult.Refusal refusal) {
            in.skipBytes(refusal.consumed());
            swallow = refusal.swallow();
        } else if (result instanceof Incomplete incomplete) {
            scanned = incomplete.scanned();
            needed = incomplete.atLeast();
        }
        return result;
    }

    /** Copies what is left, if it still lies where it was read to. */
    void settle() {
        ByteBuf in = bytes;
        if (in == null || !borrowed) {
            return;
        }
        borrowed = false;
        int left = in.readableBytes();
        bytes = left == 0
                ? null
                : allocator.directBuffer(Math.max(left, LEAST_BYTES)).writeBytes(in);
        account(left == 0 ? 0 : Math.max(left, LEAST_BYTES));
        in.release();
    }

    /** The first byte that is there; -1 if there is none. */
    int firstByte() {
        return isReadable() && bytes != null ? bytes.getUnsignedByte(bytes.readerIndex()) : -1;
    }

    boolean isReadable() {
        return bytes != null && bytes.isReadable();
    }

    /** Whether a command has begun and is not whole, once {@link #parse} had nothing more. */
    boolean isPartial() {
        return swallow > 0 || isReadable();
    }

    int readableBytes() {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    private void dispose() {
        if (bytes != null) {
            bytes.release();
            bytes = null;
        }
        borrowed = false;
        account(0);
    }

    /** Throws away everything. */
    void release() {
        dispose();
        swallow = 0;
        scanned = 0;
        needed = 0;
    }

    private void account(int capacity) {
        loop.holdInput(capacity - accounted);
        accounted = capacity;
    }
}
