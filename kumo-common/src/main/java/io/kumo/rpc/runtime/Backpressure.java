package io.kumo.rpc.runtime;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether more is read from the peer: not while it does not read its answers, nor while too many of its
 * requests are unanswered. Calls from here never stop the reading: two peers that send much to each other would wait
 * for each other. A peer that takes nothing for long is given up.
 */
final class Backpressure {
    /** Answers that may wait for a slow peer before nothing more is read from it: many small ones, few large ones. */
    private static final int MAX_ANSWER_BYTES = 4 * FrameWriter.HIGH_WATER_BYTES;

    private final Channel channel;
    private final FrameWriter writer;
    private final RpcLimits limits;
    private final Consumer<String> giveUp;
    /** Requests of the peer that wait for their answer. */
    private int serving;
    /** Bytes of answers since the channel was last writable. */
    private long answerBytes;

    private @Nullable ScheduledFuture<?> stallTimer;

    /** @param giveUp closes the connection, for the reason given */
    Backpressure(Channel channel, FrameWriter writer, RpcLimits limits, Consumer<String> giveUp) {
        this.channel = channel;
        this.writer = writer;
        this.limits = limits;
        this.giveUp = giveUp;
    }

    /** A request came that needs an answer. */
    void requestTaken() {
        serving++;
        if (serving >= limits.maxInFlight()) {
            updateReading();
        }
    }

    /** A request is done with, answered or not. */
    void requestDone() {
        serving--;
    }

    /** An answer was written. */
    void answerWritten(int bytes) {
        answerBytes += bytes;
        if (answerBytes > MAX_ANSWER_BYTES) {
            if (channel.isWritable()) {
                answerBytes = 0;
            } else {
                updateReading();
            }
        } else if (serving == limits.maxInFlight() - 1) {
            updateReading();
        }
    }

    /** The channel became writable, or ceased to be. */
    void writabilityChanged() {
        if (channel.isWritable()) {
            answerBytes = 0;
            close();
            updateReading();
        } else if (stallTimer == null) {
            watchStall(writer.takenBytes());
        }
    }

    /** Whether so much waits for the peer that not even what it has sent already is to be answered. */
    boolean answersStuck() {
        return answerBytes > MAX_ANSWER_BYTES && !channel.isWritable();
    }

    private void updateReading() {
        boolean read = !answersStuck() && serving < limits.maxInFlight();
        if (read != channel.config().isAutoRead()) {
            channel.config().setAutoRead(read);
        }
    }

    /** Without this, what a broken peer never reads would stay for ever. */
    private void watchStall(long takenBefore) {
        int timeoutMs = limits.stallTimeoutMs();
        Runnable check = () -> {
            stallTimer = null;
            if (channel.isActive() && !channel.isWritable()) {
                long taken = writer.takenBytes();
                if (taken == takenBefore) {
                    giveUp.accept("it reads nothing for " + timeoutMs + " ms");
                } else {
                    watchStall(taken);
                }
            }
        };
        stallTimer = channel.eventLoop().schedule(check, timeoutMs, TimeUnit.MILLISECONDS);
    }

    void close() {
        if (stallTimer != null) {
            stallTimer.cancel(false);
            stallTimer = null;
        }
    }
}
