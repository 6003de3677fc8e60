package io.kumo.server.runtime;

import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.BackupMessages.BackupTask;
import io.kumo.server.store.runtime.Storage;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What a backup needs of its server; with the one thread that writes backups. */
final class BackupHost {
    private static final long LONGEST_WRITE_MIN = 10;

    private final Vertx vertx;
    private final Shards shards;
    private final Storage storage;
    private final TableHolder tables;
    private final Clock clock;
    private final long reserveBytes;
    private final WorkerExecutor thread;

    BackupHost(Vertx vertx, Shards shards, Storage storage, TableHolder tables, Clock clock, long reserveBytes) {
        this.vertx = vertx;
        this.shards = shards;
        this.storage = storage;
        this.tables = tables;
        this.clock = clock;
        this.reserveBytes = reserveBytes;
        this.thread = vertx.createSharedWorkerExecutor("kumo-backup", 1, LONGEST_WRITE_MIN, TimeUnit.MINUTES);
    }

    Vertx vertx() {
        return vertx;
    }

    Shards shards() {
        return shards;
    }

    Clock clock() {
        return clock;
    }

    EventLoop control() {
        return shards.control().loop();
    }

    Storage storage() {
        return storage;
    }

    ServerId server() {
        return storage.directory().serverId();
    }

    /** A backup leaves so much of a disk free. */
    long reserveBytes() {
        return reserveBytes;
    }

    /** Does it on the thread for backups, in the order of the calls; answers where it was asked. */
    <T> Future<T> blocking(Callable<T> work) {
        return thread.executeBlocking(work);
    }

    /** A reader of that partition; on the partition's loop. REFUSED if that can't be here. */
    PartitionBackup read(Shard shard, BackupTask task, long tableVersion) {
        if (shard.host().tableVersion() < tableVersion) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "this server knows table version " + tables.version() + " only, not " + tableVersion);
        }
        if (task.partition() < 0
                || task.partition()
                        >= shard.host().replicas().size() * shards.all().size()) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "there is no partition " + task.partition());
        }
        return new PartitionBackup(
                vertx, shard.loop().context(), storage, clock, shard.host().replica(task.partition()), task);
    }

    void close() {
        thread.close();
    }
}
