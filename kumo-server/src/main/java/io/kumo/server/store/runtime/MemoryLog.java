package io.kumo.server.store.runtime;

import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogFrame;
import io.kumo.server.store.LogSlice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * A log that is not kept: the newest entries in memory, for copies that are a little behind. A batch is written at
 * once. Safe for all threads.
 */
final class MemoryLog implements CommitLog {
    private record Kept(int partition, LogEntry entry) {}

    private final long limitBytes;
    private final Deque<Kept> all = new ArrayDeque<>(); // oldest first; what was undone stays until its turn comes
    private final Map<Integer, Deque<LogEntry>> dense = new HashMap<>();
    private long bytes;
    private long appendedBytes;

    MemoryLog(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    @Override
    public LogBatch newBatch(Context context, LogBatch.Written written) {
        return LogBatch.ofEntries(context, written);
    }

    @Override
    public void append(LogBatch batch) {
        batch.handOver();
        synchronized (this) {
            for (int i = 0; i < batch.count(); i++) {
                add(batch.partition(i), batch.entry(i));
            }
        }
        batch.context().runOnContext(batch.finisher());
    }

    @Override
    public Future<Void> synced(Context context) {
        return ((ContextInternal) context).succeededFuture();
    }

    private void add(int partition, LogEntry entry) {
        Deque<LogEntry> entries = dense.computeIfAbsent(partition, none -> new ArrayDeque<>());
        switch (entry.kind()) {
            case PUT, DELETE, FLUSH -> {
                cut(entries, entry.seq() - 1);
                if (!entries.isEmpty() && entries.getLast().seq() + 1 != entry.seq()) {
                    entries.clear();
                }
                entries.add(entry);
                all.add(new Kept(partition, entry));
                bytes += entry.footprintBytes();
                appendedBytes += LogFrame.lengthOf(entry);
            }
            case TRUNCATE -> cut(entries, entry.seq());
            case COPY_BEGIN, DROP -> entries.clear();
            case COPY_PUT, COPY_END -> {}
        }
        while (bytes > limitBytes) {
            Kept oldest = all.remove();
            bytes -= oldest.entry.footprintBytes();
            Deque<LogEntry> of = dense.get(oldest.partition);
            if (of != null && oldest.entry.equals(of.peekFirst())) {
                of.removeFirst();
            }
        }
    }

    private static void cut(Deque<LogEntry> entries, long seq) {
        while (!entries.isEmpty() && entries.getLast().seq() > seq) {
            entries.removeLast();
        }
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public synchronized Future<LogSlice> read(Context context, int partition, long fromSeq, int maxBytes) {
        Deque<LogEntry> entries = dense.get(partition);
        if (entries == null || entries.isEmpty()) {
            return Future.succeededFuture(new LogSlice.Gone(0));
        }
        long first = entries.getFirst().seq();
        long last = entries.getLast().seq();
        if (fromSeq < first || fromSeq > last + 1) {
            return Future.succeededFuture(new LogSlice.Gone(first));
        }
        List<LogEntry> slice = new ArrayList<>();
        long sliceBytes = 0;
        Iterator<LogEntry> newestFirst = entries.descendingIterator();
        Deque<LogEntry> wanted = new ArrayDeque<>();
        while (newestFirst.hasNext()) {
            LogEntry entry = newestFirst.next();
            if (entry.seq() < fromSeq) {
                break;
            }
            wanted.addFirst(entry);
        }
        for (LogEntry entry : wanted) {
            if (sliceBytes >= maxBytes) {
                break;
            }
            slice.add(entry);
            sliceBytes += LogFrame.lengthOf(entry);
        }
        return Future.succeededFuture(new LogSlice.Entries(slice, last));
    }

    @Override
    public Pin pin(int partition, long fromSeq) {
        return new Pin() {
            @Override
            public void close() {}
        };
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public synchronized long appendedBytes() {
        return appendedBytes;
    }
}
