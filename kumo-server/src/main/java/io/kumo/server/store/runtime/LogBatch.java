package io.kumo.server.store.runtime;

import io.kumo.base.Check;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.internal.ContextInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Entries of one turn of an event loop, on their way into the log. The loop encodes them, straight into a pooled direct
 * buffer: they are in its processor's cache, and the writer then hands the buffer to the kernel without a copy.
 *
 * <p>Belongs to its event loop, but for the time between {@link CommitLog#append} and the call back. After the call
 * back it is empty and may be used again; a loop needs two or three.
 */
public final class LogBatch {
    /** Called on the batch's context; the batch still tells what was written, and is emptied after that. */
    @FunctionalInterface
    public interface Written {
        void onWritten(LogBatch batch);
    }

    private static final int CHUNK_BYTES = 64 << 10;

    private final Context context;
    private final Written written;
    private final Handler<Void> finisher = none -> finish();
    private final List<LogBatch> self = List.of(this);
    private final LogFrame frames = new LogFrame();
    private final List<ByteBuf> chunks = new ArrayList<>();
    private int count;
    private long bytes;
    private boolean handedOver;
    private int[] partitions = new int[64];
    private byte[] kinds = new byte[64];
    private long[] epochs = new long[64];
    private long[] seqs = new long[64];
    private int[] lengths = new int[64];

    private final boolean isEncoded;
    private final List<LogEntry> entries = new ArrayList<>(); // only if they are not encoded

    private LogBatch(Context context, Written written, boolean isEncoded) {
        this.context = context;
        this.written = written;
        this.isEncoded = isEncoded;
    }

    static LogBatch encoded(Context context, Written written) {
        return new LogBatch(context, written, true);
    }

    /** For a log in memory: keeps the entries as they are. */
    static LogBatch ofEntries(Context context, Written written) {
        return new LogBatch(context, written, false);
    }

    /** Adds an entry. */
    public void add(int partition, LogEntry entry) {
        Check.invariant(!handedOver, "batch is being written");
        int length = LogFrame.lengthOf(entry);
        if (isEncoded) {
            ByteBuf chunk = roomFor(length);
            ByteBuffer out = chunk.internalNioBuffer(chunk.writerIndex(), length);
            frames.encode(partition, entry, out);
            chunk.writerIndex(chunk.writerIndex() + length);
        } else {
            entries.add(entry);
        }
        if (count == partitions.length) {
            grow();
        }
        partitions[count] = partition;
        kinds[count] = (byte) entry.kind().number();
        epochs[count] = entry.epoch();
        seqs[count] = entry.seq();
        lengths[count] = length;
        count++;
        bytes += length;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int count() {
        return count;
    }

    public long bytes() {
        return bytes;
    }

    public int partition(int index) {
        return partitions[index];
    }

    public EntryKind kind(int index) {
        return EntryKind.of(kinds[index]);
    }

    public long epoch(int index) {
        return epochs[index];
    }

    public long seq(int index) {
        return seqs[index];
    }

    LogEntry entry(int index) {
        return entries.get(index);
    }

    int length(int index) {
        return lengths[index];
    }

    Context context() {
        return context;
    }

    /** Whether this thread is the event loop of the batch. */
    boolean isOnItsLoop() {
        return ((ContextInternal) context).inThread();
    }

    /** A list of just this batch. */
    List<LogBatch> asList() {
        return self;
    }

    List<ByteBuf> chunks() {
        return chunks;
    }

    void handOver() {
        Check.invariant(!handedOver, "batch is being written");
        handedOver = true;
    }

    /** {@link #finish}, to be run on the context. */
    Handler<Void> finisher() {
        return finisher;
    }

    /** Tells the owner, on the batch's context, then empties the batch. */
    void finish() {
        try {
            written.onWritten(this);
        } finally {
            clear();
            handedOver = false;
        }
    }

    private void clear() {
        for (ByteBuf chunk : chunks) {
            chunk.release();
        }
        chunks.clear();
        entries.clear();
        count = 0;
        bytes = 0;
    }

    private ByteBuf roomFor(int length) {
        if (!chunks.isEmpty()) {
            ByteBuf last = chunks.get(chunks.size() - 1);
            if (last.writableBytes() >= length) {
                return last;
            }
        }
        int capacity = Math.max(CHUNK_BYTES, length);
        ByteBuf chunk = PooledByteBufAllocator.DEFAULT.directBuffer(capacity, capacity);
        chunks.add(chunk);
        return chunk;
    }

    private void grow() {
        int more = count * 2;
        partitions = Arrays.copyOf(partitions, more);
        kinds = Arrays.copyOf(kinds, more);
        epochs = Arrays.copyOf(epochs, more);
        seqs = Arrays.copyOf(seqs, more);
        lengths = Arrays.copyOf(lengths, more);
    }
}
