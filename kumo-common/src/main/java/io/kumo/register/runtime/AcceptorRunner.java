package io.kumo.register.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import io.kumo.register.Acceptor;
import io.kumo.register.Acceptor.Step;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an acceptor through its steps, one after the other, and answers each once its outcome is on disk. What waits
 * while the disk works is taken together: one fsync for all. Lives on one context.
 */
final class AcceptorRunner {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptorRunner.class);
    private static final long RETRY_MS = 200;
    private static final int MAX_WAITING = 4096;

    private final Context context;
    private final AcceptorFile file;
    private final Consumer<KumoException> onFatal;
    private final Deque<Task<?>> waiting = new ArrayDeque<>();
    private Acceptor acceptor;
    private boolean isWriting;
    private boolean hasWarned;
    private @Nullable ErrorCode refusal;
    private @Nullable Promise<Void> closing;

    AcceptorRunner(Context context, AcceptorFile file, Acceptor first, Consumer<KumoException> onFatal) {
        this.context = context;
        this.file = file;
        this.acceptor = first;
        this.onFatal = onFatal;
    }

    /** As it is on disk. */
    Acceptor acceptor() {
        return acceptor;
    }

    /** Runs a step; completes on the context, once its outcome is on disk. */
    <R> Future<R> run(Function<Acceptor, Step<R>> step) {
        return add(new Task<>(step, false));
    }

    /** The same for a step that has no answer, and that nobody asks for again: it waits for room on the disk. */
    Future<Void> update(Function<Acceptor, Acceptor> step) {
        return add(new Task<Boolean>(before -> new Step<>(step.apply(before), true), true))
                .mapEmpty();
    }

    private <R> Future<R> add(Task<R> task) {
        ErrorCode why = waiting.size() >= MAX_WAITING ? ErrorCode.OVERLOADED : refusal;
        if (why != null) {
            return Future.failedFuture(new KumoException(why));
        }
        waiting.add(task);
        pump();
        return task.done.future();
    }

    /** Takes no more steps; completes once those that were taken are on disk. */
    Future<Void> close() {
        refusal = ErrorCode.SHUTTING_DOWN;
        if (!isWriting) {
            return Future.succeededFuture();
        }
        if (closing == null) {
            closing = Promise.promise();
        }
        return closing.future();
    }

    private void pump() {
        while (!isWriting && !waiting.isEmpty()) {
            List<Task<?>> taken = new ArrayList<>(waiting);
            waiting.clear();
            Acceptor next = acceptor;
            for (Task<?> task : taken) {
                next = task.apply(next);
            }
            if (next.state().equals(acceptor.state())) {
                taken.forEach(Task::answer);
            } else {
                write(next, taken);
            }
        }
    }

    private void write(Acceptor next, List<Task<?>> taken) {
        isWriting = true;
        // Not in order with what else blocks: nobody may wait for a vote because this process joins a group.
        context.executeBlocking(
                        () -> {
                            file.write(next.state());
                            return true;
                        },
                        false)
                .onComplete(written -> context.runOnContext(onLoop -> {
                    isWriting = false;
                    if (written.succeeded()) {
                        acceptor = next;
                        hasWarned = false;
                        taken.forEach(Task::answer);
                        pump();
                    } else {
                        fail(taken, written.cause());
                    }
                    if (closing != null && !isWriting) {
                        closing.tryComplete();
                    }
                }));
    }

    private void fail(List<Task<?>> taken, Throwable cause) {
        if (NoSpace.isCauseOf(cause)) {
            waitForRoom(taken, cause);
            return;
        }
        refusal = ErrorCode.STORE_FAILED;
        KumoException failure = cause instanceof KumoException kumo
                ? kumo
                : new KumoException(ErrorCode.STORE_FAILED, "the register file can't be written", cause);
        taken.forEach(task -> task.done.fail(failure));
        waiting.forEach(task -> task.done.fail(failure));
        waiting.clear();
        onFatal.accept(failure);
    }

    /** A full disk heals. Nobody heard of these votes, and who wants them asks again. */
    private void waitForRoom(List<Task<?>> taken, Throwable cause) {
        if (!hasWarned) {
            LOG.warn("register waits for room on its disk reason=\"{}\"", cause.getMessage());
        }
        hasWarned = true;
        List<Task<?>> later = new ArrayList<>(waiting);
        waiting.clear();
        for (Task<?> task : taken) {
            if (task.isUpdate) {
                waiting.add(task);
            } else {
                task.done.fail(new KumoException(ErrorCode.DISK_FULL));
            }
        }
        waiting.addAll(later);
        context.owner().setTimer(RETRY_MS, timer -> pump());
    }

    private static final class Task<R> {
        private final Function<Acceptor, Step<R>> step;
        private final boolean isUpdate;
        private final Promise<R> done = Promise.promise();
        private @Nullable R answer;

        Task(Function<Acceptor, Step<R>> step, boolean isUpdate) {
            this.step = step;
            this.isUpdate = isUpdate;
        }

        Acceptor apply(Acceptor before) {
            Step<R> outcome = step.apply(before);
            answer = outcome.answer();
            return outcome.next();
        }

        void answer() {
            done.complete(answer);
        }
    }
}
