package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogFrame;
import io.kumo.server.store.LogIndex;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionRun;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads of the log. A segment has the entries of all partitions mixed, so a thousand partitions that ask one by one
 * would read it a thousand times in small pieces. All requests that wait are served together instead: their frames are
 * sorted by place, and neighbours are read at once. On the reading thread.
 */
final class LogReads {
    private static final int WAITING_LIMIT = 20_000;
    private static final long GROUP_BYTES = 8 << 20; // some milliseconds: lookups of records wait behind it
    private static final int WINDOW_BYTES = 1 << 20;
    private static final int GAP_BYTES = 16 << 10;
    private static final int LOCATIONS_AT_ONCE = 2048;
    // A wanted frame as a number that sorts by place: segment of the group (10), offset (31), index (22).
    private static final int INDEX_BITS = 22;
    private static final int OFFSET_BITS = 31;

    /** One request. */
    private static final class Request {
        final int partition;
        final long fromSeq;
        final int maxBytes;
        final Promise<LogSlice> promise;
        List<LogIndex.Piece> pieces = List.of();
        int first;
        int count;

        @Nullable
        KumoException failure;

        Request(int partition, long fromSeq, int maxBytes, Promise<LogSlice> promise) {
            this.partition = partition;
            this.fromSeq = fromSeq;
            this.maxBytes = maxBytes;
            this.promise = promise;
        }
    }

    private final SegmentedLog log;
    private final StoreThreads threads;
    private final Queue<Request> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean isScheduled = new AtomicBoolean();

    // Of the group that is being served; on the reading thread.
    private final LogFrame frames = new LogFrame();
    private ByteBuffer window = ByteBuffer.allocate(0);
    private final List<SegmentFile> segments = new ArrayList<>();
    private long[] wanted = new long[1024];
    private int[] lengths = new int[1024];
    private int[] owners = new int[1024];
    private @Nullable LogEntry[] found = new LogEntry[0];
    private int wantedCount;

    LogReads(SegmentedLog log, StoreThreads threads) {
        this.log = log;
        this.threads = threads;
    }

    Future<LogSlice> read(Context context, int partition, long fromSeq, int maxBytes) {
        if (waiting.get() >= WAITING_LIMIT) {
            return Future.failedFuture(new KumoException(ErrorCode.OVERLOADED, "too many reads of the log wait"));
        }
        waiting.incrementAndGet();
        Promise<LogSlice> promise = ((ContextInternal) context).promise();
        queue.add(new Request(partition, fromSeq, maxBytes, promise));
        try {
            schedule();
        } catch (KumoException e) {
            isScheduled.set(false);
            promise.tryFail(e);
        }
        return promise.future();
    }

    private void schedule() {
        if (isScheduled.compareAndSet(false, true)) {
            threads.read(this::serve);
        }
    }

    private void serve() {
        isScheduled.set(false);
        segments.clear();
        wantedCount = 0;
        List<Request> group = new ArrayList<>();
        long bytes = 0;
        while (bytes < GROUP_BYTES) {
            Request request = queue.poll();
            if (request == null) {
                break;
            }
            bytes += collect(request, group.size());
            group.add(request);
        }
        waiting.addAndGet(-group.size());
        try {
            serve(group);
        } catch (RuntimeException e) {
            group.forEach(request -> request.promise.tryFail(e));
        }
        if (!queue.isEmpty()) {
            schedule(); // behind what else waits for this thread
        }
    }

    private void serve(List<Request> group) {
        found = new LogEntry[wantedCount];
        long[] order = Arrays.copyOf(wanted, wantedCount);
        Arrays.sort(order);
        int at = 0;
        while (at < order.length) {
            at = readWindow(order, at, group);
        }
        for (Request request : group) {
            answer(request);
        }
        found = new LogEntry[0];
    }

    /** Adds the frames that the request wants to the group; returns their bytes. */
    private long collect(Request request, int owner) {
        request.first = wantedCount;
        List<LogIndex.Piece> pieces = log.pieces(request.partition, request.fromSeq);
        if (pieces == null) {
            return 0;
        }
        request.pieces = List.copyOf(pieces);
        long bytes = 0;
        for (LogIndex.Piece piece : pieces) {
            if (piece.lastSeq() < request.fromSeq || bytes >= request.maxBytes || request.failure != null) {
                continue;
            }
            bytes = collect(request, owner, piece, bytes);
        }
        request.count = wantedCount - request.first;
        return bytes;
    }

    private long collect(Request request, int owner, LogIndex.Piece piece, long bytesBefore) {
        long bytes = bytesBefore;
        SegmentFile file = log.file(piece.segment()).orElse(null);
        if (file == null) {
            return request.maxBytes;
        }
        int segment = segments.indexOf(file);
        if (segment < 0) {
            segment = segments.size();
            segments.add(file);
        }
        long seq = Math.max(piece.firstSeq(), request.fromSeq);
        while (seq <= piece.lastSeq() && bytes < request.maxBytes) {
            int from = (int) (seq - piece.firstSeq());
            int count = (int) Math.min(LOCATIONS_AT_ONCE, piece.lastSeq() - seq + 1);
            long[] locations;
            try {
                locations = locations(file, piece.run(), from, count);
            } catch (IOException | KumoException e) {
                request.failure = new KumoException(ErrorCode.CORRUPT, "log: " + e.getMessage(), e);
                return bytes;
            }
            for (int i = 0; i < locations.length && bytes < request.maxBytes; i++) {
                if (wantedCount >= 1 << INDEX_BITS) {
                    return request.maxBytes;
                }
                want(segment, locations[i], owner);
                bytes += PartitionRun.length(locations[i]);
            }
            seq += count;
        }
        return bytes;
    }

    private long[] locations(SegmentFile file, PartitionRun run, int from, int count) throws IOException {
        long[] inMemory = log.locations(run, from, count);
        return inMemory != null ? inMemory : file.readLocations(run.locationsAt() + 8L * from, count);
    }

    private void want(int segment, long location, int owner) {
        if (wantedCount == wanted.length) {
            wanted = Arrays.copyOf(wanted, wantedCount * 2);
            lengths = Arrays.copyOf(lengths, wantedCount * 2);
            owners = Arrays.copyOf(owners, wantedCount * 2);
        }
        wanted[wantedCount] = (long) segment << (OFFSET_BITS + INDEX_BITS)
                | (long) PartitionRun.offset(location) << INDEX_BITS
                | wantedCount;
        lengths[wantedCount] = PartitionRun.length(location);
        owners[wantedCount] = owner;
        wantedCount++;
    }

    /** Reads the frame at {@code from} of the order and its neighbours; returns the first one that is left. */
    private int readWindow(long[] order, int from, List<Request> group) {
        SegmentFile file = segments.get(segment(order[from]));
        long start = offset(order[from]);
        long end = start + lengths[index(order[from])];
        int next = from + 1;
        while (next < order.length && segment(order[next]) == segment(order[from])) {
            long offset = offset(order[next]);
            long newEnd = offset + lengths[index(order[next])];
            if (offset - end > GAP_BYTES || newEnd - start > WINDOW_BYTES) {
                break;
            }
            end = Math.max(end, newEnd);
            next++;
        }
        int bytes = (int) (end - start);
        if (window.capacity() < bytes) {
            window = ByteBuffer.allocateDirect(Math.max(bytes, WINDOW_BYTES));
        }
        String failure = "is not what the index says";
        window.clear().limit(bytes);
        try {
            file.read(window, start);
        } catch (IOException e) {
            failure = e.toString();
            window.clear();
        }
        window.flip();
        for (int i = from; i < next; i++) {
            Request request = group.get(owners[index(order[i])]);
            int at = (int) (offset(order[i]) - start);
            long seq = request.fromSeq + index(order[i]) - request.first;
            if (isFrame(at, request.partition, seq)) {
                found[index(order[i])] = LogFrame.decode(window, at);
            } else if (request.failure == null) {
                request.failure = new KumoException(
                        ErrorCode.CORRUPT,
                        file.path() + " at " + offset(order[i]) + ": entry " + seq + " of partition "
                                + request.partition + " " + failure);
            }
        }
        if (window.capacity() > WINDOW_BYTES) {
            window = ByteBuffer.allocate(0); // one very large entry need not be paid for for ever
        }
        return next;
    }

    private boolean isFrame(int at, int partition, long seq) {
        return at < window.limit()
                && frames.isSound(window, at)
                && LogFrame.partition(window, at) == partition
                && LogFrame.seq(window, at) == seq;
    }

    private void answer(Request request) {
        if (request.failure != null) {
            request.promise.tryFail(request.failure);
        } else if (request.pieces.isEmpty()) {
            request.promise.tryComplete(new LogSlice.Gone(log.firstSeq(request.partition)));
        } else {
            List<LogEntry> entries = new ArrayList<>(request.count);
            for (int i = 0; i < request.count; i++) {
                LogEntry entry = found[request.first + i];
                if (entry != null) {
                    entries.add(entry);
                }
            }
            long lastSeq = SegmentedLog.lastSeq(request.pieces);
            if (entries.isEmpty() && request.fromSeq <= lastSeq) { // its segment went in this moment
                request.promise.tryComplete(new LogSlice.Gone(log.firstSeq(request.partition)));
                return;
            }
            request.promise.tryComplete(new LogSlice.Entries(entries, lastSeq));
        }
    }

    private static int segment(long wantedFrame) {
        return (int) (wantedFrame >>> (OFFSET_BITS + INDEX_BITS));
    }

    private static long offset(long wantedFrame) {
        return wantedFrame >>> INDEX_BITS & (1L << OFFSET_BITS) - 1;
    }

    private static int index(long wantedFrame) {
        return (int) (wantedFrame & (1 << INDEX_BITS) - 1);
    }
}
