package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.server.store.RecoveryVisitor;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;

/** {@link Storage} of {@code --store-mode memory}: the directory has the server's identity and nothing else. */
final class MemoryStorage implements Storage {
    private static final long LOG_LIMIT_BYTES = 64L << 20;
    private static final long CLOSE_MS = 2_000;

    private final DirectoryFiles directory;
    private final FileStore fileStore;
    private final StoreThreads threads = new StoreThreads();
    private final MemoryLog log;
    private final StoreRecords records;

    private MemoryStorage(StorageOptions options, DirectoryFiles directory) throws IOException {
        this.directory = directory;
        fileStore = Files.getFileStore(options.directory());
        log = new MemoryLog(Math.min(options.retentionBytes(), LOG_LIMIT_BYTES));
        records = new StoreRecords(new MemoryStore(), threads, changes -> {}, options.fatal());
    }

    static MemoryStorage open(StorageOptions options) {
        DirectoryFiles directory = DirectoryFiles.open(options.directory());
        try {
            return new MemoryStorage(options, directory);
        } catch (IOException e) {
            directory.close();
            throw new KumoException(ErrorCode.STORE_FAILED, "can't open " + options.directory() + ": " + e, e);
        }
    }

    @Override
    public StoreDirectory directory() {
        return directory;
    }

    /** There is nothing: what this server acknowledged before is on other copies or nowhere. */
    @Override
    public Recovered recover(RecoveryVisitor visitor) {
        return new Recovered(false, 0, 0);
    }

    @Override
    public void settled() {}

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
        threads.close(CLOSE_MS);
        directory.close();
    }
}
