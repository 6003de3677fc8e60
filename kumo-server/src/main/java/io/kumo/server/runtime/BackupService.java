package io.kumo.server.runtime;

import io.kumo.backup.runtime.BackupDirectory;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Audit;
import io.kumo.node.runtime.Metrics;
import io.kumo.protocol.BackupMessages.BackupAssign;
import io.kumo.protocol.BackupMessages.BackupBegin;
import io.kumo.protocol.BackupMessages.BackupBegun;
import io.kumo.protocol.BackupMessages.BackupCommit;
import io.kumo.protocol.BackupMessages.BackupDelete;
import io.kumo.protocol.BackupMessages.BackupDeleted;
import io.kumo.protocol.BackupMessages.BackupInfo;
import io.kumo.protocol.BackupMessages.BackupList;
import io.kumo.protocol.BackupMessages.BackupListResult;
import io.kumo.protocol.BackupMessages.BackupProgress;
import io.kumo.protocol.BackupMessages.BackupSeal;
import io.kumo.protocol.Call;
import io.kumo.protocol.Done;
import io.kumo.protocol.Message;
import io.kumo.protocol.Method;
import io.kumo.rpc.runtime.CallHandler;
import io.kumo.rpc.runtime.RpcHandlers;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what kumoctl asks for backups; one is written at a time. On the control loop. */
final class BackupService {
    private static final Logger LOG = LoggerFactory.getLogger(BackupService.class);
    /** In the store, where no other directory is given. */
    private static final String DIRECTORY = "backup";

    private static final long PATIENCE_NS = 60_000_000_000L;

    private final BackupHost host;
    private final Path home;
    private final BackupMeters meters = new BackupMeters();
    private @Nullable BackupRun run;

    BackupService(BackupHost host, Metrics metrics) {
        this.host = host;
        meters.register(metrics);
        this.home = host.storage().directory().path().resolve(DIRECTORY);
        host.blocking(() -> BackupMeters.newest(home))
                .onSuccess(meters::found)
                .onFailure(failed -> LOG.warn("backups can't be listed error=\"{}\"", failed.getMessage()));
    }

    void serve(RpcHandlers handlers) {
        handlers.on(BackupBegin.METHOD, Audit.of(handler(this::begin)));
        on(handlers, BackupAssign.METHOD, call -> {
            running(call.id()).assign(call.tasks());
            return Future.succeededFuture(Done.DONE);
        });
        on(
                handlers,
                BackupProgress.METHOD,
                call -> Future.succeededFuture(running(call.id()).progress(call.from())));
        on(handlers, BackupSeal.METHOD, call -> running(call.id()).seal());
        on(handlers, BackupCommit.METHOD, this::commit);
        handlers.on(BackupDelete.METHOD, Audit.of(handler(this::delete)));
        on(handlers, BackupList.METHOD, this::list);
    }

    private <R extends Message, Q extends Call<R>> void on(
            RpcHandlers handlers, Method<Q, R> method, Function<Q, Future<R>> action) {
        handlers.on(method, handler(action));
    }

    private <R extends Message, Q extends Call<R>> CallHandler<Q, R> handler(Function<Q, Future<R>> action) {
        return (from, call, reply) -> {
            EventLoop origin = host.shards().current();
            host.control()
                    .run(() -> attempt(action, call)
                            .onComplete(done -> origin.run(() -> {
                                if (done.succeeded()) {
                                    reply.ok(done.result());
                                } else if (done.cause() instanceof KumoException known) {
                                    reply.fail(known.code(), known.getMessage());
                                } else {
                                    LOG.error(
                                            "backup failed call={}",
                                            call.method().name(),
                                            done.cause());
                                    reply.fail(ErrorCode.REFUSED, String.valueOf(done.cause()));
                                }
                            })));
        };
    }

    private static <R, Q> Future<R> attempt(Function<Q, Future<R>> action, Q call) {
        try {
            return action.apply(call);
        } catch (KumoException e) {
            return Future.failedFuture(e);
        } catch (IllegalArgumentException e) { // no path, no rate: the caller's fault, not ours
            return Future.failedFuture(new KumoException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), e));
        }
    }

    private BackupRun running(long id) {
        BackupRun now = run;
        if (now == null || now.id() != id) {
            throw new KumoException(ErrorCode.REFUSED, "the backup is not being written here any more");
        }
        return now;
    }

    private Path parent(String directory) {
        Path parent = directory.isEmpty() ? home : Path.of(directory);
        if (!parent.isAbsolute() && !directory.isEmpty()) {
            throw new KumoException(
                    ErrorCode.BAD_REQUEST, "'" + directory + "' is no absolute path: each server has its own");
        }
        return parent;
    }

    private Future<BackupBegun> begin(BackupBegin call) {
        Path parent = parent(call.directory());
        BackupRun now = run;
        if (now != null) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "backup " + now.name() + " is being written: wait for it, or end it with 'backup --cancel "
                            + now.name() + "'");
        }
        BackupRun begun = new BackupRun(call, parent, call.directory().isEmpty(), host);
        run = begun;
        meters.begun();
        return begun.begin()
                .compose(path -> run == begun ? Future.succeededFuture(path) : Future.failedFuture(BackupRun.ended()))
                .onFailure(failed -> forget(begun))
                .map(path -> {
                    LOG.info("backup begun name={} path={}", call.name(), path);
                    return new BackupBegun(path.toString());
                });
    }

    private Future<Done> commit(BackupCommit call) {
        BackupRun now = running(call.id());
        return now.commit(call.manifest()).compose(whole -> {
            if (run != now) { // it was cancelled meanwhile, and is being deleted
                return Future.failedFuture(BackupRun.ended());
            }
            LOG.info("backup whole name={}", now.name());
            run = null;
            meters.succeeded(now.timeMs(), host.clock().monotonicNs() - now.begunNs(), now.storedBytes());
            return Future.succeededFuture(Done.DONE);
        });
    }

    /** It failed. There may be another one by now, and whoever forgot it before has counted it. */
    private void forget(BackupRun failed) {
        if (run == failed) {
            run = null;
            meters.failed();
        }
    }

    private Future<BackupDeleted> delete(BackupDelete call) {
        Path parent = parent(call.directory());
        BackupRun now = run;
        if (now != null && now.is(parent, call.name())) {
            LOG.info("backup ended before it was whole name={}", now.name());
            forget(now);
            return now.cancel().map(existed -> new BackupDeleted(true));
        }
        return host.blocking(() -> new BackupDeleted(BackupDirectory.delete(parent, call.name())));
    }

    private Future<BackupListResult> list(BackupList call) {
        Path parent = parent(call.directory());
        return host.blocking(() -> new BackupListResult(BackupDirectory.list(parent).stream()
                .map(found -> new BackupInfo(found.name(), found.path().toString(), found.manifest(), found.bytes()))
                .toList()));
    }

    /** On the control loop, now and then: a backup that nobody asks about is given up. */
    void onTick() {
        BackupRun now = run;
        if (now != null && now.isIdleSince(host.clock().monotonicNs() - PATIENCE_NS)) {
            LOG.warn("backup given up, as kumoctl does not ask about it any more name={}", now.name());
            forget(now);
            now.giveUp().onFailure(failed -> LOG.warn("backup can't be deleted error=\"{}\"", failed.getMessage()));
        }
    }

    void close() {
        host.close();
    }
}
