package io.kumo.server.runtime;

import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupPoint;
import io.kumo.backup.PartitionMerge;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.BackupMessages.BackupTask;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.BackupSource;
import io.kumo.server.replica.Replica;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.ScanPage;
import io.kumo.server.store.runtime.CommitLog;
import io.kumo.server.store.runtime.Storage;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one partition for a backup, a page at a time, as {@link BackupSource} says; or, where the log still has them,
 * only the changes since a moment. Used on the partition's event loop only.
 */
final class PartitionBackup {
    /** Small, so that look-ups of clients, which wait for the same thread, wait for no more than this. */
    private static final int PAGE_BYTES = 128 << 10;

    private static final long COMMIT_WAIT_NS = 10_000_000_000L;
    private static final long POLL_MS = 5;
    private static final long RETRY_MS = 20;
    private static final int MOST_RETRIES = 250;

    private enum Phase {
        CHANGES,
        STORE,
        MEMORY,
        LOG,
        DONE
    }

    private final Vertx vertx;
    private final Context context;
    private final Storage storage;
    private final Clock clock;
    private final Replica replica;
    private final BackupTask task;
    private final CommitLog.Pin pin;
    private Phase phase = Phase.STORE;
    private BackupPoint since = BackupPoint.START;
    private BackupPoint at = BackupPoint.START;
    private String note = BackupPiece.WHOLE;
    private long resets;
    private long wantedSeq;
    private long nextSeq;
    private long endSeq;
    private List<LogEntry> dirty = List.of();
    private int nextDirty;
    private Bytes after = Bytes.EMPTY;

    PartitionBackup(Vertx vertx, Context context, Storage storage, Clock clock, Replica replica, BackupTask task) {
        this.vertx = vertx;
        this.context = context;
        this.storage = storage;
        this.clock = clock;
        this.replica = replica;
        this.task = task;
        this.pin = storage.log().pin(task.partition(), task.sinceSeq() + 1);
    }

    BackupPoint since() {
        return since;
    }

    /** After the end: the moment that was read. */
    BackupPoint at() {
        return at;
    }

    String note() {
        return note;
    }

    /** Waits until all is committed that was acknowledged before. */
    Future<Void> begin() {
        Promise<Void> begun = Promise.promise();
        Optional<BackupSource> source = BackupSource.of(replica);
        wantedSeq = source.map(BackupSource::lastSeq).orElse(0L);
        resets = source.map(BackupSource::resets).orElse(0L);
        awaitCommit(begun, clock.monotonicNs() + COMMIT_WAIT_NS);
        return begun.future();
    }

    private void awaitCommit(Promise<Void> begun, long untilNs) {
        BackupSource source;
        try {
            source = source();
        } catch (KumoException e) {
            begun.fail(e);
            return;
        }
        if (source.committedSeq() >= Math.min(wantedSeq, source.lastSeq())) {
            start(source);
            begun.complete();
        } else if (clock.monotonicNs() - untilNs > 0) {
            begun.fail(new KumoException(ErrorCode.TIMED_OUT, "its newest writes are not committed"));
        } else {
            vertx.setTimer(POLL_MS, ignored -> awaitCommit(begun, untilNs));
        }
    }

    private BackupSource source() {
        BackupSource source = BackupSource.of(replica)
                .orElseThrow(() -> new KumoException(ErrorCode.REFUSED, "this server has no copy of it in sync"));
        if (source.resets() != resets) {
            throw new KumoException(ErrorCode.REFUSED, "this server's copy was replaced meanwhile");
        }
        return source;
    }

    private void start(BackupSource source) {
        endSeq = source.committedSeq();
        if (task.sinceSeq() == 0) {
            startWhole(source);
        } else if (task.sinceSeq() > endSeq || source.epochAt(task.sinceSeq()) != task.sinceEpoch()) {
            note = BackupPiece.OTHER_HISTORY;
            startWhole(source);
        } else {
            note = BackupPiece.CHANGES;
            since = new BackupPoint(task.sinceEpoch(), task.sinceSeq());
            nextSeq = task.sinceSeq() + 1;
            phase = Phase.CHANGES;
        }
    }

    private void startWhole(BackupSource source) {
        since = BackupPoint.START;
        nextSeq = source.committedSeq() + 1;
        dirty = source.dirty();
        phase = source.storeIsHidden() ? Phase.MEMORY : Phase.STORE;
    }

    /** The next entries; none at the end. */
    Future<List<LogEntry>> next() {
        try {
            BackupSource source = source();
            switch (phase) {
                case STORE:
                    return scan(MOST_RETRIES);
                case MEMORY:
                    return nextDirty < dirty.size() ? Future.succeededFuture(dirtyPage()) : endOfMemory(source);
                case CHANGES:
                case LOG:
                    return nextSeq <= endSeq ? readLog(MOST_RETRIES) : end(source);
                case DONE:
                    return Future.succeededFuture(List.of());
            }
            throw new IllegalStateException("no phase " + phase);
        } catch (KumoException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<List<LogEntry>> scan(int retries) {
        return storage.records()
                .scan(context, task.partition(), after, PAGE_BYTES)
                .compose(this::scanned, failure -> again(failure, retries, () -> scan(retries - 1)));
    }

    private Future<List<LogEntry>> scanned(ScanPage page) {
        if (!page.damaged().isEmpty()) {
            page.damaged().forEach(replica::onDamaged);
            return Future.failedFuture(new KumoException(ErrorCode.CORRUPT, "a record of this server is damaged"));
        }
        after = page.lastKey(after);
        if (page.isLast() || page.records().isEmpty()) {
            phase = Phase.MEMORY;
        }
        return page.records().isEmpty() ? next() : Future.succeededFuture(page.records());
    }

    private List<LogEntry> dirtyPage() {
        List<LogEntry> page = new ArrayList<>();
        int bytes = 0;
        while (nextDirty < dirty.size() && bytes < PAGE_BYTES) {
            LogEntry entry = dirty.get(nextDirty++);
            page.add(entry);
            bytes += entry.footprintBytes();
        }
        return page;
    }

    private Future<List<LogEntry>> endOfMemory(BackupSource source) {
        dirty = List.of();
        endSeq = source.committedSeq();
        phase = Phase.LOG;
        return next();
    }

    private Future<List<LogEntry>> readLog(int retries) {
        return storage.log()
                .read(context, task.partition(), nextSeq, 2 * PAGE_BYTES)
                .compose(this::logRead, failure -> again(failure, retries, () -> readLog(retries - 1)));
    }

    private Future<List<LogEntry>> logRead(LogSlice slice) {
        PartitionMerge newest = new PartitionMerge();
        long firstSeq = nextSeq;
        if (slice instanceof LogSlice.Entries entries) {
            for (LogEntry entry : entries.entries()) {
                if (entry.seq() <= endSeq) {
                    newest.add(entry);
                    nextSeq = entry.seq() + 1;
                }
            }
        }
        if (nextSeq > firstSeq) {
            List<LogEntry> changes = newest.changes();
            return changes.isEmpty() ? next() : Future.succeededFuture(changes); // none would mean the end
        }
        if (phase == Phase.CHANGES && nextSeq == task.sinceSeq() + 1) {
            note = BackupPiece.LOG_GONE;
            startWhole(source());
            return next();
        }
        return Future.failedFuture(new KumoException(
                ErrorCode.OVERLOADED, "the log went on too far while the partition was read: give a higher --rate"));
    }

    private Future<List<LogEntry>> end(BackupSource source) {
        at = new BackupPoint(source.epochAt(endSeq), endSeq);
        phase = Phase.DONE;
        return Future.succeededFuture(List.of());
    }

    private Future<List<LogEntry>> again(Throwable failure, int retries, Retry retry) {
        boolean isOverload = failure instanceof KumoException known && known.code() == ErrorCode.OVERLOADED;
        if (!isOverload || retries == 0) {
            return Future.failedFuture(failure);
        }
        Promise<Void> later = Promise.promise();
        vertx.setTimer(RETRY_MS, ignored -> later.complete());
        return later.future().compose(ignored -> retry.next());
    }

    /** Another try of the same. */
    @FunctionalInterface
    private interface Retry {
        Future<List<LogEntry>> next();
    }

    /** The log need not be kept any more. */
    void close() {
        pin.close();
    }
}
