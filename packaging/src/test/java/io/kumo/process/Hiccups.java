package io.kumo.process;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How long a thread of this process had to wait for its turn, at worst. On a machine with far more work than processors
 * deadlines of seconds say nothing about a program. A thread of its own measures.
 */
final class Hiccups implements AutoCloseable {
    private static final long EACH_NS = 10_000_000;

    private final AtomicLong longestNs = new AtomicLong();
    private volatile boolean isStopped;

    Hiccups() {
        Thread thread = new Thread(this::measure, "hiccups");
        thread.setDaemon(true);
        thread.start();
    }

    private void measure() {
        while (!isStopped) {
            long beganNs = System.nanoTime();
            LockSupport.parkNanos(EACH_NS);
            longestNs.accumulateAndGet(System.nanoTime() - beganNs - EACH_NS, Math::max);
        }
    }

    long longestMs() {
        return longestNs.get() / 1_000_000;
    }

    @Override
    public void close() {
        isStopped = true;
    }
}
