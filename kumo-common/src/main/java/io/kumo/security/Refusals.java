package io.kumo.security;

import java.util.Optional;

/**
 * Counts those who were turned away, so that whatever they do is one line of a log in each interval. From any thread.
 */
public final class Refusals {
    /** Shortest time between two lines. */
    static final long INTERVAL_MS = 10_000;

    private static final int LONGEST = 300;

    private long total;
    private long unsaid;
    private long lastLineMs;
    private boolean wasSaid;

    /** @param count refusals since the line before, this one included */
    public record Line(long count, String peer, String reason) {}

    /** One more; the line to log, if it is time for one. */
    public synchronized Optional<Line> add(String peer, String reason, long nowMs) {
        total++;
        unsaid++;
        if (wasSaid && nowMs - lastLineMs < INTERVAL_MS) {
            return Optional.empty();
        }
        wasSaid = true;
        lastLineMs = nowMs;
        Line line = new Line(unsaid, printable(peer), printable(reason));
        unsaid = 0;
        return Optional.of(line);
    }

    public synchronized long total() {
        return total;
    }

    /** Strangers wrote some of it. */
    private static String printable(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
