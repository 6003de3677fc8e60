package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.server.store.LogIndex;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionRun;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.SegmentIndex;
import io.kumo.server.store.SyncMode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log on disk: segments, of which the newest grows; their index; what may go. The index is shared by the writer
 * (which adds), the reading thread and event loops (which look up): all under this object's lock, held for no input or
 * output.
 */
final class SegmentedLog implements CommitLog, LogWriter.Target {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentedLog.class);

    private final StorageOptions options;
    private final Path directory;
    private final StoreThreads threads;
    private final LogWriter writer;
    private final LogReads reads;
    private final AtomicBoolean isSyncing = new AtomicBoolean();
    private final AtomicLong appendedBytes = new AtomicLong();

    // Under the lock:
    private final LogIndex index = new LogIndex();
    private final Map<Long, SegmentFile> files = new HashMap<>();
    private final Map<Long, Long> endedNs = new HashMap<>();
    private final Map<Long, Long> endedWallMs = new HashMap<>();
    private final Map<Integer, PartitionState> applied = new HashMap<>();
    private final List<SegmentPin> pins = new ArrayList<>();
    private final List<SegmentFile> unsynced = new ArrayList<>();
    private final Object syncing = new Object();
    private final SyncWaiters syncWaiters;
    private @Nullable SegmentFile newest;
    private long sealedBytes;
    private boolean isDirectoryDirty;

    SegmentedLog(StorageOptions options, Path directory, StoreThreads threads) {
        this.options = options;
        this.directory = directory;
        this.threads = threads;
        this.writer = new LogWriter(this, options.sync(), options.queueBytes(), options.fatal());
        this.reads = new LogReads(this, threads);
        this.syncWaiters = new SyncWaiters(threads, this::sync, options.fatal());
    }

    /** At open, oldest first: a segment that is there already. */
    synchronized void adopt(SegmentFile file, SegmentIndex segmentIndex, long endWallMs, long ageMs) {
        index.append(file.number(), segmentIndex);
        files.put(file.number(), file);
        endedNs.put(file.number(), System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(ageMs));
        endedWallMs.put(file.number(), endWallMs);
        sealedBytes += file.bytes();
        unsynced.add(file); // the process before may not have come to it
    }

    /** The first segment with entries whose operations may still be repeated, by the time of the log's end. */
    synchronized long firstSegmentForOperations() {
        if (index.segments().isEmpty()) {
            return Long.MAX_VALUE;
        }
        long end = endedWallMs.getOrDefault(index.newest().number(), 0L);
        for (LogIndex.Segment each : index.segments()) {
            if (end - endedWallMs.getOrDefault(each.number(), 0L) <= options.retentionMs()) {
                return each.number();
            }
        }
        return index.newest().number();
    }

    /** After recovery: takes entries from now on, in the newest segment if it has room and is sound. */
    void start(boolean isNewestSound) throws IOException {
        synchronized (this) {
            SegmentFile last =
                    index.segments().isEmpty() ? null : files.get(index.newest().number());
            if (last != null && isNewestSound && last.bytes() < options.segmentBytes()) {
                newest = last;
                sealedBytes -= last.bytes();
                endedNs.remove(last.number());
            } else {
                if (last != null) {
                    SegmentIndex lastIndex = index.newest().index();
                    threads.background(() -> writeSidecar(last, lastIndex));
                }
                newest = addSegment();
            }
        }
        writer.start();
    }

    private synchronized SegmentFile addSegment() throws IOException {
        long number = index.segments().isEmpty() ? 1 : index.newest().number() + 1;
        SegmentFile file = SegmentFile.create(directory, number, System.currentTimeMillis());
        index.append(number, new SegmentIndex());
        files.put(number, file);
        isDirectoryDirty = true;
        return file;
    }

    @Override
    public LogBatch newBatch(Context context, LogBatch.Written written) {
        return LogBatch.encoded(context, written);
    }

    @Override
    public void append(LogBatch batch) {
        writer.append(batch);
    }

    @Override
    public boolean isWritable() {
        return writer.isWritable();
    }

    @Override
    public long queuedBytes() {
        return writer.queuedBytes();
    }

    @Override
    public long appendedBytes() {
        return appendedBytes.get();
    }

    @Override
    public synchronized long bytes() {
        return sealedBytes + (newest == null ? 0 : newest.bytes());
    }

    /** Where it ends: the newest segment and its length; empty without segments. */
    synchronized String end() {
        if (index.segments().isEmpty()) {
            return "";
        }
        SegmentFile last = files.get(index.newest().number());
        return index.newest().number() + ":" + (last == null ? 0 : last.bytes());
    }

    @Override
    public Future<LogSlice> read(Context context, int partition, long fromSeq, int maxBytes) {
        return reads.read(context, partition, fromSeq, maxBytes);
    }

    // --- the writer: its thread, or an event loop while no other one writes ---

    @Override
    public synchronized boolean hasRoom(long bytes) {
        SegmentFile file = newest;
        return file != null && file.bytes() + bytes <= options.segmentBytes();
    }

    @Override
    public void write(List<LogBatch> batches, ByteBuffer[] buffers, long bytes) throws IOException {
        SegmentFile file = newest;
        if (file == null
                || (file.bytes() + bytes > options.segmentBytes() && file.bytes() > SegmentFile.HEADER_BYTES)) {
            file = roll();
        }
        long offset = file.bytes();
        file.append(buffers, bytes);
        appendedBytes.addAndGet(bytes);
        synchronized (this) {
            SegmentIndex segment = index.newest().index();
            for (LogBatch batch : batches) {
                for (int i = 0; i < batch.count(); i++) {
                    int length = batch.length(i);
                    segment.add(batch.partition(i), batch.kind(i), batch.epoch(i), batch.seq(i), (int) offset, length);
                    offset += length;
                }
            }
        }
    }

    private SegmentFile roll() throws IOException {
        SegmentFile sealed = newest;
        SegmentIndex sealedIndex;
        SegmentFile next;
        synchronized (this) {
            sealedIndex = index.newest().index();
            next = addSegment();
            newest = next;
            if (sealed != null) {
                sealedBytes += sealed.bytes();
                endedNs.put(sealed.number(), System.nanoTime());
                unsynced.add(sealed);
            }
        }
        if (sealed != null) {
            threads.background(() -> writeSidecar(sealed, sealedIndex));
        }
        return next;
    }

    private void writeSidecar(SegmentFile sealed, SegmentIndex sealedIndex) {
        try {
            if (options.sync() != SyncMode.NEVER) {
                sealed.force(); // before the sidecar, which says that the segment is as it should be
            }
            sealed.writeSidecar(sealedIndex);
            synchronized (this) {
                sealedIndex.forgetLocations();
            }
        } catch (IOException e) {
            // The locations stay in memory, and the next start reads the segment instead.
            LOG.warn("no sidecar for segment={} reason={}", sealed.path(), e.toString());
        }
    }

    @Override
    public Future<Void> synced(Context context) {
        return options.sync() == SyncMode.INTERVAL
                ? syncWaiters.await(context)
                : ((ContextInternal) context).succeededFuture();
    }

    @Override
    public void sync() throws IOException {
        synchronized (syncing) { // whoever returns knows that what others began is done too
            syncAll();
        }
    }

    private void syncAll() throws IOException {
        List<SegmentFile> dirty;
        boolean isNameDirty;
        synchronized (this) {
            isNameDirty = isDirectoryDirty;
            isDirectoryDirty = false;
            dirty = new ArrayList<>(unsynced);
            unsynced.clear();
            if (newest != null) {
                dirty.add(newest);
            }
        }
        for (SegmentFile file : dirty) {
            file.force();
        }
        if (isNameDirty) {
            SmallFile.forceDirectory(directory);
        }
    }

    @Override
    public boolean syncSoon() {
        if (!isSyncing.compareAndSet(false, true)) {
            return false;
        }
        threads.background(() -> {
            try {
                sync();
            } catch (IOException e) {
                options.fatal().accept(e);
            } finally {
                isSyncing.set(false);
            }
        });
        return true;
    }

    // --- the reading thread ---

    /** Where the entries from {@code fromSeq} on are; null if the log does not have that one. */
    synchronized @Nullable List<LogIndex.Piece> pieces(int partition, long fromSeq) {
        List<LogIndex.Piece> pieces = index.pieces(partition);
        if (pieces.isEmpty()) {
            return null;
        }
        boolean isThere = fromSeq >= pieces.get(0).firstSeq() && fromSeq <= lastSeq(pieces) + 1;
        return isThere ? pieces : null;
    }

    synchronized long firstSeq(int partition) {
        List<LogIndex.Piece> pieces = index.pieces(partition);
        return pieces.isEmpty() ? 0 : pieces.get(0).firstSeq();
    }

    static long lastSeq(List<LogIndex.Piece> pieces) {
        return pieces.get(pieces.size() - 1).lastSeq();
    }

    /** Locations of the run from memory; null if they are in the sidecar only. */
    synchronized long @Nullable [] locations(PartitionRun run, int from, int count) {
        if (!run.hasLocations()) {
            return null;
        }
        long[] copy = new long[Math.min(count, run.count() - from)];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = run.location(from + i);
        }
        return copy;
    }

    synchronized Optional<SegmentFile> file(long number) {
        return Optional.ofNullable(files.get(number));
    }

    /** For recovery, which nobody disturbs yet. */
    LogIndex index() {
        return index;
    }

    // --- what may go ---

    /** The records at rest have everything up to this state; absent: they have nothing of the partition any more. */
    synchronized void applied(int partition, Optional<PartitionState> state) {
        if (state.isPresent()) {
            applied.put(partition, state.get());
        } else {
            applied.remove(partition);
        }
    }

    /** The partition needs nothing that the log has now: it will be copied anew. */
    synchronized void appliedAll(int partition) {
        applied.put(partition, new PartitionState(Long.MAX_VALUE, Long.MAX_VALUE, false, Bytes.EMPTY));
    }

    @Override
    public Pin pin(int partition, long fromSeq) {
        SegmentPin pin = new SegmentPin();
        synchronized (this) {
            pin.segment = index.newest().number();
            for (LogIndex.Piece piece : index.pieces(partition)) {
                if (fromSeq <= piece.lastSeq()) {
                    pin.segment = piece.segment();
                    break;
                }
            }
            pins.add(pin);
        }
        return pin;
    }

    /** Whether {@link #trim} would find something to delete: then the records must be synced first. */
    synchronized boolean isTrimmable() {
        return trimmable().isPresent();
    }

    /**
     * Deletes segments that nobody needs, oldest first. On the checkpointing thread, after the records were synced. The
     * files are closed by the reading thread, so that no read loses one under its hands.
     */
    void trim() {
        List<SegmentFile> gone = new ArrayList<>();
        synchronized (this) {
            while (trimmable().isPresent()) {
                long number = trimmable().getAsLong();
                SegmentFile file = files.remove(number);
                index.removeOldest();
                endedNs.remove(number);
                if (file != null) {
                    sealedBytes -= file.bytes();
                    unsynced.remove(file);
                    gone.add(file);
                }
            }
        }
        for (SegmentFile file : gone) {
            threads.read(() -> delete(file));
        }
    }

    private static void delete(SegmentFile file) {
        try {
            file.delete();
            LOG.debug("segment deleted path={}", file.path());
        } catch (IOException e) {
            LOG.warn("segment stays path={} reason={}", file.path(), e.toString());
        }
    }

    private OptionalLong trimmable() {
        if (index.segments().size() < 2) {
            return OptionalLong.empty();
        }
        LogIndex.Segment oldest = index.oldest();
        long total = bytes();
        SegmentFile file = files.get(oldest.number());
        long oldestBytes = file == null ? 0 : file.bytes();
        boolean isRetained = total - oldestBytes < options.retentionBytes();
        Long ended = endedNs.get(oldest.number());
        boolean isYoung =
                ended != null && System.nanoTime() - ended < TimeUnit.MILLISECONDS.toNanos(options.retentionMs());
        boolean isPinned = total < options.retentionBytes() + options.pinBytes()
                && pins.stream().anyMatch(pin -> pin.segment <= oldest.number());
        if (isRetained || isYoung || isPinned) {
            return OptionalLong.empty();
        }
        for (int partition = 0; partition < oldest.index().partitionBound(); partition++) {
            PartitionState state = applied.get(partition);
            boolean isNeeded =
                    index.needsOldest(partition, state == null ? PartitionState.EMPTY : state, state == null);
            if (isNeeded) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(oldest.number());
    }

    /** Holds the segments from one on. */
    private final class SegmentPin implements Pin {
        private long segment;

        @Override
        public void close() {
            synchronized (SegmentedLog.this) {
                pins.remove(this);
            }
        }
    }

    /** Ends the writer, syncs; true if everything is on disk. */
    boolean stop() throws IOException {
        boolean isWritten = writer.close();
        if (isWritten) {
            sync();
        }
        return isWritten;
    }

    /** Closes the files; {@link #stop} first, and no read may be under way. */
    void close() {
        List<SegmentFile> all;
        synchronized (this) {
            all = new ArrayList<>(files.values());
        }
        all.forEach(SegmentFile::close);
    }
}
