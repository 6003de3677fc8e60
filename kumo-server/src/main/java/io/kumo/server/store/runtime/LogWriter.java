package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import io.kumo.server.store.SyncMode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log. A small batch that nothing waits before is written by its event loop at once: a write into the
 * kernel's memory costs less than waking a thread and being woken by it. All else is left to a thread of its own: it
 * takes all batches that wait, writes them in one gathering write, syncs once for all of them if it has to, and calls
 * each back. So the busier the server is, the fewer writes and fsyncs an entry costs. While the disk is slow, full or
 * synced for each answer, no event loop waits for it. Only a flag ends the thread: an interrupt would close the file
 * under it.
 */
final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final int BATCHES_AT_ONCE = 256;
    private static final long BYTES_AT_ONCE = 16 << 20;
    private static final long SYNC_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long CLOSE_MS = 4_000;
    /** Larger batches are the thread's: copying them takes as long as many turns of a loop. */
    private static final long DIRECT_BYTES = 256 << 10;
    /** After a write on an event loop that took this long, loops leave writing to the thread for a while. */
    private static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long SLOW_PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    /** What the writer writes to: the newest segment, whichever that is. */
    interface Target {
        /** All buffers in one go; the batches are in the index when this returns. */
        void write(List<LogBatch> batches, ByteBuffer[] buffers, long bytes) throws IOException;

        /** Whether so much goes where the last write went, so that nothing has to be opened. */
        boolean hasRoom(long bytes);

        /** What was written survives a power cut when this returns. */
        void sync() throws IOException;

        /** The same in the background; false if one is still at it. */
        boolean syncSoon();
    }

    private final Target target;
    private final SyncMode sync;
    private final long queueLimitBytes;
    private final Consumer<Throwable> fatal;
    private final Queue<LogBatch> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean isParked = new AtomicBoolean();
    private final Thread thread = new Thread(this::run, "kumo-log");
    /** Held for each write: by the thread, or by an event loop that did not have to wait for it. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile boolean isClosing;
    private volatile boolean isFailed;
    private volatile boolean isDirty;
    private volatile long directAfterNs = System.nanoTime();
    private long lastSyncNs = System.nanoTime();
    private boolean hasWarned;

    LogWriter(Target target, SyncMode sync, long queueLimitBytes, Consumer<Throwable> fatal) {
        this.target = target;
        this.sync = sync;
        this.queueLimitBytes = queueLimitBytes;
        this.fatal = fatal;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Calls back before this returns if it could be written at once. */
    void append(LogBatch batch) {
        batch.handOver();
        if (isDirect(batch) && writeNow(batch)) {
            batch.finish();
            return;
        }
        queuedBytes.addAndGet(batch.bytes());
        queue.add(batch);
        wake();
    }

    private void wake() {
        if (isParked.get() && isParked.compareAndSet(true, false)) {
            LockSupport.unpark(thread);
        }
    }

    /** With nothing queued, what this loop appended before was written and called back: its order is kept. */
    private boolean isDirect(LogBatch batch) {
        return sync != SyncMode.ALWAYS
                && queuedBytes.get() == 0
                && batch.bytes() <= DIRECT_BYTES
                && batch.isOnItsLoop()
                && System.nanoTime() - directAfterNs >= 0;
    }

    /** False if it was not written: the thread then tries, and says what is wrong. */
    private boolean writeNow(LogBatch batch) {
        if (!writing.tryLock()) {
            return false;
        }
        long began = System.nanoTime();
        try {
            if (isClosing || isFailed || !target.hasRoom(batch.bytes())) {
                return false;
            }
            target.write(batch.asList(), buffers(batch.asList()), batch.bytes());
        } catch (IOException e) {
            LOG.debug("commit log not written by an event loop: {}", e.toString());
            return false;
        } finally {
            writing.unlock();
            long ended = System.nanoTime();
            if (ended - began > SLOW_NS) {
                directAfterNs = ended + SLOW_PAUSE_NS;
            }
        }
        if (!isDirty) {
            isDirty = true;
            wake(); // it waits for the time to sync
        }
        return true;
    }

    boolean isWritable() {
        return queuedBytes.get() < queueLimitBytes && !isFailed;
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    /** Writes what waits and ends the thread; false if it did not end in time or the log has failed. */
    boolean close() {
        isClosing = true;
        awaitLoops();
        try {
            thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive() && !isFailed;
    }

    /** An event loop that began to write ends it; with {@code isClosing} set none begins after this. */
    private void awaitLoops() {
        writing.lock();
        try {
            LockSupport.unpark(thread);
        } finally {
            writing.unlock();
        }
    }

    private void run() {
        List<LogBatch> taken = new ArrayList<>();
        try {
            while (true) {
                long bytes = take(taken);
                if (!taken.isEmpty()) {
                    write(taken, bytes);
                    taken.clear();
                } else if (isClosing) {
                    return;
                } else {
                    park();
                }
                syncInTime();
            }
        } catch (IOException | RuntimeException | Error e) {
            isFailed = true;
            LOG.error("commit log failed: {}", e.toString());
            fatal.accept(new KumoException(ErrorCode.STORE_FAILED, "commit log: " + e.getMessage(), e));
        }
    }

    private long take(List<LogBatch> into) {
        long bytes = 0;
        while (into.size() < BATCHES_AT_ONCE && bytes < BYTES_AT_ONCE) {
            LogBatch batch = queue.poll();
            if (batch == null) {
                break;
            }
            into.add(batch);
            bytes += batch.bytes();
        }
        return bytes;
    }

    private void write(List<LogBatch> batches, long bytes) throws IOException {
        while (true) {
            try {
                writeLocked(batches, bytes);
                break;
            } catch (IOException e) {
                waitForRoom(e);
            }
        }
        hasWarned = false;
        if (sync == SyncMode.ALWAYS) {
            target.sync();
        } else {
            isDirty = true;
        }
        for (LogBatch batch : batches) {
            batch.context().runOnContext(none -> finish(batch));
        }
    }

    /** It counts as queued until it was called back: so no batch after it is called back before it. */
    private void finish(LogBatch batch) {
        queuedBytes.addAndGet(-batch.bytes());
        batch.finish();
    }

    private void writeLocked(List<LogBatch> batches, long bytes) throws IOException {
        writing.lock();
        try {
            target.write(batches, buffers(batches), bytes);
        } finally {
            writing.unlock();
        }
    }

    // A full disk heals: what waits stays in the queue, writers wait, and the write is tried again.
    private void waitForRoom(IOException e) throws IOException {
        if (!NoSpace.isCauseOf(e) || isClosing) {
            throw e;
        }
        if (!hasWarned) {
            LOG.warn("commit log waits for room on its disk: {}", e.getMessage());
            hasWarned = true;
        }
        LockSupport.parkNanos(this, RETRY_NS);
    }

    private static ByteBuffer[] buffers(List<LogBatch> batches) {
        int count = 0;
        for (LogBatch batch : batches) {
            count += batch.chunks().size();
        }
        ByteBuffer[] buffers = new ByteBuffer[count];
        int next = 0;
        for (LogBatch batch : batches) {
            for (ByteBuf chunk : batch.chunks()) {
                buffers[next++] = chunk.nioBuffer();
            }
        }
        return buffers;
    }

    private void park() {
        isParked.set(true);
        if (queue.isEmpty() && !isClosing) {
            if (isDirty && sync == SyncMode.INTERVAL) {
                LockSupport.parkNanos(this, Math.max(1, lastSyncNs + SYNC_NS - System.nanoTime()));
            } else {
                LockSupport.park(this);
            }
        }
        isParked.set(false);
    }

    private void syncInTime() {
        if (isDirty && sync == SyncMode.INTERVAL && System.nanoTime() - lastSyncNs >= SYNC_NS) {
            lastSyncNs = System.nanoTime();
            isDirty = false; // before: what is written from now on is for the next time
            if (!target.syncSoon()) {
                isDirty = true;
            }
        }
    }
}
