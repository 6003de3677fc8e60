package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that wait for the disk: one reads, one checkpoints, one does what nobody waits for (fsync of the
 * interval, sidecars). Apart, because a checkpoint takes hundreds of milliseconds and a fsync may. They are not Vert.x
 * workers: those are interrupted at shutdown, and an interrupt in the middle of a commit ends Xodus for good.
 */
final class StoreThreads {
    private static final int QUEUE_LIMIT = 100_000;

    private final ThreadPoolExecutor reading = one("kumo-store-read");
    private final ThreadPoolExecutor checkpointing = one("kumo-store-checkpoint");
    private final ThreadPoolExecutor background = one("kumo-store-background");

    private static ThreadPoolExecutor one(String name) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_LIMIT), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Runs a task beside the reads. */
    void read(Runnable task) {
        submit(reading, task);
    }

    void checkpoint(Runnable task) {
        submit(checkpointing, task);
    }

    void background(Runnable task) {
        submit(background, task);
    }

    private static void submit(ThreadPoolExecutor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            throw new KumoException(
                    executor.isShutdown() ? ErrorCode.SHUTTING_DOWN : ErrorCode.OVERLOADED,
                    executor.isShutdown() ? "the store is closing" : "too many requests wait for the store",
                    e);
        }
    }

    /** Takes nothing new, and waits for what was taken; false if that took longer. */
    boolean close(long timeoutMs) {
        boolean isDone = true;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        for (ThreadPoolExecutor executor : new ThreadPoolExecutor[] {reading, checkpointing, background}) {
            executor.shutdown();
        }
        for (ThreadPoolExecutor executor : new ThreadPoolExecutor[] {reading, checkpointing, background}) {
            isDone &= await(executor, end - System.nanoTime());
        }
        return isDone;
    }

    private static boolean await(ThreadPoolExecutor executor, long timeoutNs) {
        try {
            return executor.awaitTermination(Math.max(0, timeoutNs), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
