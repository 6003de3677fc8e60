package io.kumo.server.runtime;

import io.vertx.core.Context;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One event loop of the server, and the way to it from other threads: what is handed over while it is busy is done in
 * one go.
 */
final class EventLoop {
    /** Tasks done before the sockets get their turn again. */
    private static final int MAX_TASKS = 1024;

    private final Context context;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private volatile long threadId = -1;

    EventLoop(Context context) {
        this.context = context;
        context.runOnContext(ignored -> threadId = Thread.currentThread().getId());
    }

    Context context() {
        return context;
    }

    boolean isCurrent() {
        return Thread.currentThread().getId() == threadId;
    }

    /** Does the task now if this is its thread, else soon. */
    void run(Runnable task) {
        if (isCurrent()) {
            task.run();
        } else {
            post(task);
        }
    }

    /** Does the task soon. */
    void post(Runnable task) {
        inbox.add(task);
        wake();
    }

    private void wake() {
        if (isWoken.compareAndSet(false, true)) {
            context.runOnContext(ignored -> drain());
        }
    }

    private void drain() {
        isWoken.set(false);
        for (int i = 0; i < MAX_TASKS; i++) {
            Runnable task = inbox.poll();
            if (task == null) {
                return;
            }
            task.run();
        }
        wake();
    }
}
