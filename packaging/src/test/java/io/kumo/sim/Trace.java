package io.kumo.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened in a run: always as a hash, so that two runs can be compared, and as text where that is wanted. */
final class Trace {
    private static final long PRIME = 0x100000001b3L;

    private final int maxLines;
    private final Deque<String> lines = new ArrayDeque<>();
    private long hash = 0xcbf29ce484222325L;
    private long nowNs;

    /** @param maxLines of text to keep, the newest ones; 0 for none */
    Trace(int maxLines) {
        this.maxLines = maxLines;
    }

    void time(long ns) {
        nowNs = ns;
        mix(ns);
    }

    private void mix(long value) {
        hash = (hash ^ value) * PRIME;
        hash ^= hash >>> 29;
    }

    /** Something happened: numbers that say what, and a text for people. */
    void note(long first, long second, Supplier<String> text) {
        mix(first);
        mix(second);
        if (maxLines > 0) {
            if (lines.size() == maxLines) {
                lines.remove();
            }
            lines.add(String.format(Locale.ROOT, "%11.6f %s", nowNs / 1e9, text.get()));
        }
    }

    /** The same where the text is at hand and says it all. */
    void say(String text) {
        note(text.hashCode(), 0, () -> text);
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return new ArrayList<>(lines);
    }
}
