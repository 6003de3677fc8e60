package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import io.kumo.server.store.CheckpointMark;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.RecoveryVisitor;
import io.kumo.server.store.SyncMode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Storage} in a directory: {@code log/} has segments, meta and marks, {@code data/} is Xodus's.
 *
 * <p>A replica commits only what its own log has, and a checkpoint takes only what is committed (or a whole copy, which
 * counts once the log has COPY_END, after the checkpoint). A checkpoint, in this order: sync the log (with
 * {@code interval}; {@code always} did so before anybody counted an entry), append the marks, commit the records, sync
 * marks and records, delete what the log needs no more. So at a start the records are as the newest mark says or as the
 * one before, and the log, or they, reach the newest mark: after a kill whatever {@code --sync} is, after a power cut
 * with {@code always} and {@code interval}. With {@code never} nothing is synced but marks and records before a segment
 * is deleted: after a power cut each may lack its end, whatever the others have, and marks count no more.
 */
final class DiskStorage implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(DiskStorage.class);
    private static final long CLOSE_MS = 4_000;

    private final StorageOptions options;
    private final DirectoryFiles directory;
    private final StoreThreads threads = new StoreThreads();
    private final FileStore fileStore;
    private final LogMeta meta;
    private final CheckpointMarks marks;
    private final SegmentedLog log;
    private final LogOpener opener;
    private final RecordStore store;
    private final StoreRecords records;
    private boolean isRecovered;
    // The checkpoint's thread only: marks stand in their file for a transaction that has not committed; a sync began.
    private boolean isForetold;
    private boolean isSyncing;

    static DiskStorage open(StorageOptions options) {
        return open(options, "");
    }

    /** @param bootId of the host; empty for the real one */
    static DiskStorage open(StorageOptions options, String bootId) {
        DirectoryFiles directory = DirectoryFiles.open(options.directory());
        try {
            return new DiskStorage(options, directory, bootId.isEmpty() ? LogMeta.bootId() : bootId);
        } catch (IOException e) {
            directory.close();
            throw failed("can't open " + options.directory(), e);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private DiskStorage(StorageOptions options, DirectoryFiles directory, String bootId) throws IOException {
        this.options = options;
        this.directory = directory;
        Path logPath = Files.createDirectories(options.directory().resolve("log"));
        Path dataPath = Files.createDirectories(options.directory().resolve("data"));
        fileStore = Files.getFileStore(options.directory());
        meta = new LogMeta(logPath, options.sync(), bootId, isUsed(dataPath));
        if (meta.isOrderLost()) {
            CheckpointMarks.forget(logPath);
        }
        marks = new CheckpointMarks(logPath);
        log = new SegmentedLog(options, logPath, threads);
        opener = new LogOpener(logPath, meta.isIntact());
        opener.open(log);
        meta.opened(log.end());
        store = new XodusStore(dataPath, options.cacheBytes(), this::beforeCommit);
        records = new StoreRecords(store, threads, this::afterCheckpoint, this::afterFailedCheckpoint);
    }

    private static boolean isUsed(Path dataPath) throws IOException {
        try (Stream<Path> files = Files.list(dataPath)) {
            return files.findAny().isPresent();
        }
    }

    private void beforeCommit(List<CheckpointMark> next) {
        try {
            if (options.sync() == SyncMode.INTERVAL) {
                isSyncing = true;
                log.sync(); // records must not outlive a copy or a cut in the log that they come after
                isSyncing = false;
            }
            marks.append(next);
            isForetold = true;
        } catch (IOException e) {
            throw failed("can't write the checkpoint's marks", e);
        }
    }

    private void afterCheckpoint(List<PartitionChange> changes) {
        isForetold = false;
        for (PartitionChange change : changes) {
            if (change.drop() || change.state().isPresent()) {
                log.applied(change.partition(), change.state());
            }
        }
        if (options.sync() == SyncMode.NEVER && !log.isTrimmable()) {
            return;
        }
        try {
            isSyncing = true;
            marks.sync();
            isSyncing = false;
            store.sync();
        } catch (IOException e) {
            throw failed("can't sync the checkpoint's marks", e);
        }
        log.trim();
    }

    /**
     * A full disk heals: what was not committed is taken to the store again, later. Where it is not known what is on
     * disk (a sync failed, or Xodus says that it can't go on) nothing heals but a new start.
     */
    private void afterFailedCheckpoint(RuntimeException e) {
        boolean heals = !isSyncing
                && NoSpace.isCauseOf(e)
                && !String.valueOf(e.getMessage()).contains("inoperative");
        try {
            if (heals && isForetold) {
                marks.undo();
            }
            isForetold = false;
        } catch (IOException undoing) {
            e.addSuppressed(undoing);
            heals = false;
        }
        if (!heals) {
            options.fatal().accept(e);
        }
    }

    @Override
    public StoreDirectory directory() {
        return directory;
    }

    @Override
    public Recovered recover(RecoveryVisitor visitor) {
        boolean isIntact = meta.isIntact();
        try {
            long replayed = new Recovery(log, store, marks, opener.damages(), visitor).run();
            isForetold = false; // what was found damaged is noted for good
            log.sync();
            meta.begin();
            log.start(opener.damages().isEmpty());
            isRecovered = true;
            return new Recovered(isIntact, replayed, opener.cutBytes());
        } catch (IOException e) {
            throw failed("can't read the log in " + options.directory(), e);
        }
    }

    @Override
    public void settled() {
        try {
            meta.settle();
        } catch (IOException e) {
            throw failed("can't write " + options.directory().resolve("log/meta"), e);
        }
    }

    @Override
    public CommitLog log() {
        return log;
    }

    @Override
    public RecordReader records() {
        return records;
    }

    @Override
    public long usableBytes() {
        try {
            return fileStore.getUsableSpace();
        } catch (IOException e) {
            LOG.warn("free space is unknown directory={} reason={}", options.directory(), e.toString());
            return Long.MAX_VALUE;
        }
    }

    @Override
    public long totalBytes() {
        try {
            return fileStore.getTotalSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            boolean isWritten = !isRecovered || log.stop();
            boolean isIdle = threads.close(CLOSE_MS);
            if (isIdle) {
                store.close();
            } else {
                LOG.warn("store is still busy, left open: the next start recovers it");
            }
            if (isRecovered && isWritten && isIdle) {
                meta.end(log.end());
            }
            if (isIdle) {
                log.close();
            }
            marks.close();
        } catch (IOException e) {
            throw failed("can't close " + options.directory(), e);
        } finally {
            directory.close();
        }
    }

    private static KumoException failed(String what, IOException e) {
        return new KumoException(ErrorCode.STORE_FAILED, what + ": " + e, e);
    }
}
