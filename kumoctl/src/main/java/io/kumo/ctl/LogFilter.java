package io.kumo.ctl;

import java.util.Locale;

/**
 * Which lines of a log are shown. Lines that have no level (a stack trace) go with the one before them. Not
 * thread-safe.
 */
public final class LogFilter {
    private final String level;
    private final String logger;
    private final String words;
    private boolean showsLast;

    /**
     * @param level the least important that is shown; empty for all
     * @param logger only lines of this one; empty for all
     * @param words only lines that have these; empty for all
     */
    public LogFilter(String level, String logger, String words) {
        this.level = level;
        this.logger = logger.toLowerCase(Locale.ROOT);
        this.words = words;
        this.showsLast = level.isEmpty() && logger.isEmpty() && words.isEmpty();
    }

    /** To be asked of each line, in order. */
    public boolean shows(LogLine line) {
        if (!line.level().isEmpty()) {
            showsLast = (level.isEmpty() || line.isAtLeast(level))
                    && (logger.isEmpty()
                            || line.logger().toLowerCase(Locale.ROOT).equals(logger))
                    && (words.isEmpty() || line.raw().contains(words));
        }
        return showsLast;
    }
}
