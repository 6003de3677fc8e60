package io.kumo.rpc.runtime;

import io.kumo.protocol.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/**
 * Collects the frames of one turn of the event loop and writes them at once: the first frame of a turn puts the flush
 * at the end of the loop's queue, behind everything that the turn has still to do. On the connection's loop only.
 */
final class FrameWriter implements Runnable {
    /** Past it a buffer is handed to the channel: growing further would copy it. */
    private static final int CHUNK_BYTES = 64 << 10;

    private static final int LEAST_BYTES = 512;
    static final int LOW_WATER_BYTES = 256 << 10;
    static final int HIGH_WATER_BYTES = 1 << 20;

    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final int maxFrameBytes;
    private final MessageWriter writer;
    private @Nullable ByteBuf out;
    private int frameStart;
    /** Guess of what the next turn writes, from those before. */
    private int turnBytes = LEAST_BYTES;

    private boolean flushPlanned;
    private long enqueuedBytes;

    FrameWriter(ChannelHandlerContext ctx, int maxFrameBytes) {
        this.ctx = ctx;
        this.channel = ctx.channel();
        this.maxFrameBytes = maxFrameBytes;
        this.writer = new MessageWriter(ctx.alloc().buffer(0, 0));
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES));
    }

    /** Starts a frame; its content goes into the writer. Then {@link #end} or {@link #undo}. */
    MessageWriter begin() {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(turnBytes);
            out = buffer;
            if (!flushPlanned) {
                flushPlanned = true;
                channel.eventLoop().execute(this);
            }
        }
        frameStart = buffer.writerIndex();
        buffer.writeInt(0);
        return writer.reset(buffer);
    }

    /** Ends the frame; its bytes, or -1 if it was too large: then nothing of it is left. */
    int end() {
        ByteBuf buffer = out;
        if (buffer == null) {
            return -1;
        }
        int length = buffer.writerIndex() - frameStart - Integer.BYTES;
        if (length > maxFrameBytes) {
            undo();
            return -1;
        }
        buffer.setInt(frameStart, length);
        if (buffer.readableBytes() >= CHUNK_BYTES) {
            handOver(buffer);
        }
        return length;
    }

    /** Takes back the frame that was begun. */
    void undo() {
        if (out != null) {
            out.writerIndex(frameStart);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the void promise: failures come to exceptionCaught
    private void handOver(ByteBuf buffer) {
        out = null;
        if (!buffer.isReadable()) {
            buffer.release();
            return;
        }
        int bytes = buffer.readableBytes();
        enqueuedBytes += bytes;
        turnBytes = Math.max(LEAST_BYTES, Math.min(CHUNK_BYTES, (3 * turnBytes + bytes + (bytes >> 2)) >> 2));
        ctx.write(buffer, ctx.voidPromise());
    }

    /** Called by the event loop at the end of the turn. */
    @Override
    public void run() {
        flushPlanned = false;
        flush();
    }

    void flush() {
        ByteBuf buffer = out;
        if (buffer != null) {
            handOver(buffer);
        }
        ctx.flush();
    }

    /** Bytes that the socket has not taken yet. */
    long unwrittenBytes() {
        long queued = channel.isWritable()
                ? HIGH_WATER_BYTES - channel.bytesBeforeUnwritable()
                : channel.bytesBeforeWritable() + LOW_WATER_BYTES;
        ByteBuf buffer = out;
        return buffer == null ? queued : queued + buffer.readableBytes();
    }

    /** Bytes that the socket has taken since the connection was made; grows as long as the peer reads. */
    long takenBytes() {
        return enqueuedBytes - unwrittenBytes();
    }

    void release() {
        if (out != null) {
            out.release();
            out = null;
        }
    }
}
