package io.kumo.server.runtime;

import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupWriter;
import io.kumo.backup.runtime.BackupDirectory;
import io.kumo.backup.runtime.FileSink;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.BackupMessages.BackupBegin;
import io.kumo.protocol.BackupMessages.BackupOutcome;
import io.kumo.protocol.BackupMessages.BackupProgressResult;
import io.kumo.protocol.BackupMessages.BackupSealed;
import io.kumo.protocol.BackupMessages.BackupTask;
import io.kumo.protocol.LogEntry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A backup as far as this server writes it: one file, one partition after the other. Lives on the control loop; the
 * partitions are read on their own loops, and the thread for backups is the only one that touches the file.
 */
final class BackupRun {
    private static final int MOST_TASKS = 1 << 20;

    private final BackupBegin call;
    private final Path parent;
    private final boolean makesParent;
    private final BackupHost host;
    private final Pace pace;
    private final Deque<BackupTask> tasks = new ArrayDeque<>();
    private final List<BackupOutcome> outcomes = new ArrayList<>();
    private boolean isBusy;
    private boolean isEnding;
    private @Nullable KumoException failure;
    private final long begunNs;
    private long askedNs;
    private final AtomicLong rawBytes = new AtomicLong();

    // On the thread for backups.
    private @Nullable BackupDirectory directory;
    private @Nullable FileSink sink;
    private @Nullable BackupWriter writer;
    private volatile long storedBytes;

    /**
     * @param parent where the backup's own directory is to be
     * @param makesParent if it is not there
     */
    BackupRun(BackupBegin call, Path parent, boolean makesParent, BackupHost host) {
        this.call = call;
        this.parent = parent;
        this.makesParent = makesParent;
        this.host = host;
        this.pace = new Pace(call.rateBytesPerSec());
        this.begunNs = host.clock().monotonicNs();
        this.askedNs = begunNs;
    }

    long id() {
        return call.id();
    }

    String name() {
        return call.name();
    }

    /** Whether it writes that backup. */
    boolean is(Path otherParent, String otherName) {
        return parent.equals(otherParent) && call.name().equals(otherName);
    }

    /** When all of the backup was begun, milliseconds since 1970. */
    long timeMs() {
        return call.timeMs();
    }

    long begunNs() {
        return begunNs;
    }

    /** What was written here. */
    long storedBytes() {
        return storedBytes;
    }

    /** Nobody asked about it since, and nothing that somebody waits for is under way. */
    boolean isIdleSince(long ns) {
        return !isEnding && askedNs - ns < 0;
    }

    /** What callers of a run are told that is no more. */
    static KumoException ended() {
        return new KumoException(ErrorCode.REFUSED, "the backup was cancelled");
    }

    /** Makes directory and file, in one piece, so that a cancel comes before or after; returns the directory. */
    Future<Path> begin() {
        return host.blocking(() -> {
            if (makesParent) {
                Files.createDirectories(parent);
            }
            BackupDirectory made = BackupDirectory.begin(parent, call.name(), call.id());
            directory = made;
            try {
                open(made.path());
            } catch (KumoException | IllegalArgumentException e) {
                closeFile();
                BackupDirectory.delete(parent, call.name()); // it is this run's
                throw e;
            }
            return made.path();
        });
    }

    private void open(Path path) {
        String server = host.server().toString();
        FileSink opened = FileSink.create(path.resolve(BackupDirectory.fileName(server)));
        sink = opened;
        BackupHeader header = new BackupHeader(
                call.name(), call.id(), call.cluster(), server, call.partitions(), call.tableVersion(), call.timeMs());
        writer = new BackupWriter(header, opened);
    }

    void assign(List<BackupTask> more) {
        if (tasks.size() + more.size() > MOST_TASKS) {
            throw new KumoException(ErrorCode.TOO_LARGE, "too many partitions at once");
        }
        tasks.addAll(more);
        workOn();
    }

    /** What ended since; throws what made the backup end. */
    BackupProgressResult progress(int from) {
        askedNs = host.clock().monotonicNs();
        KumoException failed = failure;
        if (failed != null) {
            throw failed;
        }
        int known = Math.max(0, Math.min(from, outcomes.size()));
        return new BackupProgressResult(outcomes.subList(known, outcomes.size()), rawBytes.get(), storedBytes);
    }

    private void workOn() {
        BackupTask task = isBusy || failure != null ? null : tasks.poll();
        if (task == null) {
            return;
        }
        isBusy = true;
        Shard shard = host.shards().of(task.partition());
        shard.loop()
                .run(() -> write(shard, task).onComplete(done -> host.control().run(() -> ended(task, done))));
    }

    private void ended(BackupTask task, AsyncResult<BackupPiece> done) {
        isBusy = false;
        Throwable why = done.cause();
        if (done.succeeded()) {
            outcomes.add(new BackupOutcome(task.partition(), done.result().text(), ""));
        } else if (why instanceof FileFailure failed) {
            failure = failed.why;
        } else {
            outcomes.add(new BackupOutcome(task.partition(), "", String.valueOf(why.getMessage())));
        }
        workOn();
    }

    /** What went wrong is the file, not the partition: nothing more can be written. */
    private static final class FileFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient KumoException why;

        FileFailure(KumoException why) {
            super(why.getMessage(), why);
            this.why = why;
        }
    }

    /** On the partition's loop. */
    private Future<BackupPiece> write(Shard shard, BackupTask task) {
        PartitionBackup reading;
        try {
            reading = host.read(shard, task, call.tableVersion());
        } catch (KumoException e) {
            return Future.failedFuture(e);
        }
        return reading.begin()
                .compose(begun -> onFile(out -> {
                    checkSpace();
                    out.begin(task.partition());
                }))
                .compose(begun -> copy(reading)
                        .compose(
                                copied -> end(reading),
                                failed -> abandon().compose(cut -> Future.failedFuture(failed))))
                .onComplete(done -> reading.close());
    }

    private Future<Void> copy(PartitionBackup reading) {
        Promise<Void> copied = Promise.promise();
        copyNext(reading, copied);
        return copied.future();
    }

    private void copyNext(PartitionBackup reading, Promise<Void> copied) {
        reading.next().onFailure(copied::fail).onSuccess(page -> {
            if (page.isEmpty()) {
                copied.complete();
                return;
            }
            onFile(out -> page.forEach(out::add)).onFailure(copied::fail).onSuccess(written -> {
                long bytes = bytesOf(page);
                rawBytes.addAndGet(bytes);
                long pauseMs = pace.pauseMs(bytes, host.clock().monotonicNs());
                if (pauseMs == 0) {
                    copyNext(reading, copied);
                } else {
                    host.vertx().setTimer(pauseMs, ignored -> copyNext(reading, copied));
                }
            });
        });
    }

    private static long bytesOf(List<LogEntry> page) {
        long bytes = 0;
        for (int i = 0; i < page.size(); i++) {
            bytes += page.get(i).key().length() + (long) page.get(i).value().length();
        }
        return bytes;
    }

    private Future<BackupPiece> end(PartitionBackup reading) {
        return host.blocking(() -> {
            try {
                return openWriter().end(reading.since(), reading.at(), reading.note());
            } catch (KumoException e) {
                throw new FileFailure(e);
            }
        });
    }

    private Future<Void> abandon() {
        return onFile(out -> openSink().cut(out.abandon()));
    }

    /** Something on the file. */
    @FunctionalInterface
    private interface FileWork {
        void on(BackupWriter out);
    }

    private Future<Void> onFile(FileWork work) {
        return host.blocking(() -> {
            try {
                BackupWriter out = openWriter();
                work.on(out);
                storedBytes = out.position();
                return null;
            } catch (KumoException e) {
                throw new FileFailure(e);
            }
        });
    }

    private BackupWriter openWriter() {
        BackupWriter open = writer;
        if (open == null) {
            throw new KumoException(ErrorCode.REFUSED, "the backup was ended");
        }
        return open;
    }

    private FileSink openSink() {
        FileSink open = sink;
        if (open == null) {
            throw new KumoException(ErrorCode.REFUSED, "the backup was ended");
        }
        return open;
    }

    /** A backup never makes the server refuse writes. */
    private void checkSpace() {
        FileSink open = openSink();
        if (open.usableBytes() < host.reserveBytes()) {
            throw new KumoException(
                    ErrorCode.DISK_FULL,
                    "the disk of " + open.path() + " has less than --disk-reserve left (" + host.reserveBytes()
                            + " bytes): free space, or write elsewhere with --to");
        }
    }

    /** Waits for the disk, for longer than anybody has patience with who does not ask. */
    private <T> Future<T> ending(Callable<T> work) {
        isEnding = true;
        return host.blocking(work).onComplete(done -> {
            isEnding = false;
            askedNs = host.clock().monotonicNs();
        });
    }

    /** The file ends. */
    Future<BackupSealed> seal() {
        if (isBusy || !tasks.isEmpty()) {
            return Future.failedFuture(new KumoException(ErrorCode.BAD_REQUEST, "partitions are being written"));
        }
        return ending(() -> {
            String digest = openWriter().finish();
            FileSink open = openSink();
            open.sync();
            BackupSealed sealed = new BackupSealed(
                    String.valueOf(open.path().getFileName()), openWriter().position(), digest);
            closeFile();
            return sealed;
        });
    }

    /** The backup is whole. */
    Future<Void> commit(Bytes manifest) {
        return ending(() -> {
            BackupDirectory whole = directory;
            if (whole == null || writer != null) {
                throw new KumoException(ErrorCode.BAD_REQUEST, "the backup's file has not ended");
            }
            whole.finish(manifest);
            return null;
        });
    }

    /** It ends, and leaves nothing; whether there was something. */
    Future<Boolean> cancel() {
        return end(() -> BackupDirectory.delete(parent, call.name()));
    }

    /** It ends here, and leaves nothing of what this server wrote; others may have made the backup whole without it. */
    Future<Boolean> giveUp() {
        return end(() -> {
            BackupDirectory begun = directory;
            return begun != null && begun.withdraw(host.server().toString());
        });
    }

    private Future<Boolean> end(Callable<Boolean> delete) {
        failure = ended();
        tasks.clear();
        return host.blocking(() -> {
            closeFile();
            return delete.call();
        });
    }

    private void closeFile() {
        BackupWriter open = writer;
        FileSink file = sink;
        writer = null;
        sink = null;
        if (open != null) {
            open.close();
        }
        if (file != null) {
            file.close();
        }
    }
}
