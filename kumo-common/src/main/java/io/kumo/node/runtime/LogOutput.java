package io.kumo.node.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.kumo.node.RepeatRule;
import io.kumo.node.RepeatRule.Repeated;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where all lines of a daemon's log go through: warnings and errors that repeat are counted, and the file can be opened
 * anew while the daemon runs. Called on any thread.
 */
final class LogOutput extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(LogOutput.class);
    private static final long WINDOW_MS = 60_000;
    private static final int MOST_TEXTS = 10;
    private static final int MOST_SOURCES = 256;
    private static final int MOST_LENGTH = 2_000;
    private static final long CHECK_SEC = 5;

    /** What writes lines with the same words. */
    private record Source(String logger, Level level, String words) {}

    private final Object lock = new Object();
    private final Supplier<OutputStreamAppender<ILoggingEvent>> opener;
    private final RepeatRule<Source> repeats = new RepeatRule<>(WINDOW_MS, MOST_TEXTS, MOST_SOURCES, MOST_LENGTH);
    private OutputStreamAppender<ILoggingEvent> file;
    private @Nullable ScheduledFuture<?> check;

    /** @param opener opens the file, or whatever there is, at its end; KumoException if it can't */
    LogOutput(LoggerContext context, Supplier<OutputStreamAppender<ILoggingEvent>> opener) {
        this.opener = opener;
        this.file = opener.get();
        setContext(context);
    }

    @Override
    public void start() {
        super.start();
        check = getContext()
                .getScheduledExecutorService()
                .scheduleWithFixedDelay(this::tellRepeats, CHECK_SEC, CHECK_SEC, TimeUnit.SECONDS);
    }

    @Override
    protected void append(ILoggingEvent event) {
        synchronized (lock) {
            long nowMs = event.getTimeStamp();
            boolean isCounted = event.getLevel().isGreaterOrEqual(Level.WARN);
            write(repeats.due(nowMs), nowMs);
            if (!isCounted || !repeats.isRepeat(sourceOf(event), event.getFormattedMessage(), nowMs)) {
                file.doAppend(event);
            }
        }
    }

    private static Source sourceOf(ILoggingEvent event) {
        return new Source(event.getLoggerName(), event.getLevel(), Objects.requireNonNullElse(event.getMessage(), ""));
    }

    private void tellRepeats() {
        long nowMs = System.currentTimeMillis();
        synchronized (lock) {
            write(repeats.due(nowMs), nowMs);
        }
    }

    private void write(List<Repeated<Source>> told, long nowMs) {
        LoggerContext context = (LoggerContext) getContext();
        for (Repeated<Source> repeated : told) {
            LoggingEvent line = new LoggingEvent(
                    LogOutput.class.getName(),
                    context.getLogger(repeated.source().logger()),
                    repeated.source().level(),
                    "{} ... repeated {} times in {} s",
                    null,
                    new Object[] {
                        repeated.lastText(), repeated.count(), Math.max(1, (nowMs - repeated.sinceMs()) / 1_000)
                    });
            file.doAppend(line);
        }
    }

    /** Opens the file anew; goes on with the one that is open if that fails. */
    @SuppressWarnings("checkstyle:IllegalCatch") // a log that can't be opened is no reason to stop serving
    void reopen() {
        try {
            OutputStreamAppender<ILoggingEvent> fresh = opener.get();
            synchronized (lock) {
                file.stop();
                file = fresh;
            }
        } catch (RuntimeException e) {
            LOG.error("log not reopened, going on with the file that is open because={}", Failures.reason(e));
        }
    }

    @Override
    public void stop() {
        ScheduledFuture<?> timer = check;
        if (timer != null) {
            timer.cancel(false);
        }
        synchronized (lock) {
            write(repeats.rest(), System.currentTimeMillis());
            file.stop();
        }
        super.stop();
    }
}
