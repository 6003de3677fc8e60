package io.kumo.rpc.runtime;

import io.netty.channel.Channel;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Requests whose answers are large, and that are carried out once more when the peer has taken what was answered
 * before: small answers pass them, and no value is kept. As many as requests may be unanswered. On the connection's
 * loop only.
 */
final class LargeAnswers {
    /** Smaller ones go out at once. */
    private static final int LARGE_BYTES = 16 << 10;
    /** The next one does not wait longer for one that is never answered. */
    private static final long LONGEST_NS = 1_000_000_000;

    private final Channel channel;
    private final Context context;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean isBusy;
    private long busyNs;

    LargeAnswers(Channel channel, Context context) {
        this.channel = channel;
        this.context = context;
    }

    /** See {@link Reply#postpone}. */
    boolean postpone(int bytes, Runnable again) {
        if (bytes < LARGE_BYTES || channel.isWritable()) {
            return false;
        }
        waiting.add(again);
        return true;
    }

    /** The answer to one that had been put off was written. */
    void onAnswered() {
        isBusy = false;
        wake();
    }

    /** There may be room. */
    void wake() {
        if (!waiting.isEmpty()) {
            context.runOnContext(none -> next());
        }
    }

    /** One at a time: what it reads may come from a disk, and go out before the next one is begun. */
    private void next() {
        long nowNs = System.nanoTime();
        if (!channel.isWritable() || (isBusy && nowNs - busyNs < LONGEST_NS)) {
            return;
        }
        @Nullable Runnable again = waiting.poll();
        if (again != null) {
            isBusy = true;
            busyNs = nowNs;
            again.run();
        }
    }

    void close() {
        waiting.clear();
    }
}
