package io.kumo.register.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
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

/**
 * Takes an acceptor through its steps, one after the other, and answers each once its outcome is on disk. What waits
 * while the disk works is taken together: one fsync for all. Lives on one context.
 */
final class AcceptorRunner {
    private static final int MAX_WAITING = 4096;

    private final Context context;
    private final AcceptorFile file;
    private final Consumer<KumoException> onFatal;
    private final Deque<Task<?>> waiting = new ArrayDeque<>();
    private Acceptor acceptor;
    private boolean isWriting;
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
        ErrorCode why = waiting.size() >= MAX_WAITING ? ErrorCode.OVERLOADED : refusal;
        if (why != null) {
            return Future.failedFuture(new KumoException(why));
        }
        Task<R> task = new Task<>(step);
        waiting.add(task);
        pump();
        return task.done.future();
    }

    /** The same for a step that has no answer. */
    Future<Void> update(Function<Acceptor, Acceptor> step) {
        return run(before -> new Step<Boolean>(step.apply(before), true)).mapEmpty();
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
        refusal = ErrorCode.STORE_FAILED;
        KumoException failure = cause instanceof KumoException kumo
                ? kumo
                : new KumoException(ErrorCode.STORE_FAILED, "the register file can't be written", cause);
        taken.forEach(task -> task.done.fail(failure));
        waiting.forEach(task -> task.done.fail(failure));
        waiting.clear();
        onFatal.accept(failure);
    }

    private static final class Task<R> {
        private final Function<Acceptor, Step<R>> step;
        private final Promise<R> done = Promise.promise();
        private @Nullable R answer;

        Task(Function<Acceptor, Step<R>> step) {
            this.step = step;
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
