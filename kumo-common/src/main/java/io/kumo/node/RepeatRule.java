package io.kumo.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which lines of a log say again what was said a moment ago: they are counted, not written. Of one source
 * (whatever writes lines with the same fixed words) a text passes once in a window, and so do a few different texts;
 * the rest is counted, and told at the window's end. Bounded in memory. Not thread-safe; the caller brings the time.
 *
 * @param <S> a source, equal by content
 */
public final class RepeatRule<S> {
    /** What was left out of the log: so many lines of a source since {@code sinceMs}; the last one was this. */
    public record Repeated<S>(S source, long count, String lastText, long sinceMs) {}

    private static final class Window {
        private final long sinceMs;
        private final Set<String> shown = new HashSet<>();
        private long repeats;
        private String lastText = "";

        Window(long sinceMs) {
            this.sinceMs = sinceMs;
        }
    }

    private final long windowMs;
    private final int mostTexts;
    private final int mostSources;
    private final int mostLength;
    private final Map<S, Window> windows = new LinkedHashMap<>();
    private final List<Repeated<S>> pushedOut = new ArrayList<>();

    /**
     * @param mostTexts different ones of a source that pass in a window
     * @param mostSources that are remembered; beyond it the oldest is told and forgotten
     * @param mostLength characters of a text that are compared
     */
    public RepeatRule(long windowMs, int mostTexts, int mostSources, int mostLength) {
        this.windowMs = windowMs;
        this.mostTexts = mostTexts;
        this.mostSources = mostSources;
        this.mostLength = mostLength;
    }

    /** Whether the line is left out; {@link #due} is to be asked before each line. */
    public boolean isRepeat(S source, String text, long nowMs) {
        Window window = windows.get(source);
        if (window == null) {
            makeRoom();
            window = new Window(nowMs);
            windows.put(source, window);
        }
        String compared = text.length() > mostLength ? text.substring(0, mostLength) : text;
        if (window.shown.size() < mostTexts && window.shown.add(compared)) {
            return false;
        }
        window.repeats++;
        window.lastText = compared;
        return true;
    }

    private void makeRoom() {
        if (windows.size() >= mostSources) {
            Iterator<Map.Entry<S, Window>> oldest = windows.entrySet().iterator();
            Map.Entry<S, Window> entry = oldest.next();
            oldest.remove();
            tell(entry.getKey(), entry.getValue(), pushedOut);
        }
    }

    private static <S> void tell(S source, Window window, List<Repeated<S>> out) {
        if (window.repeats > 0) {
            out.add(new Repeated<>(source, window.repeats, window.lastText, window.sinceMs));
        }
    }

    /** What is to be told now: windows that have ended. */
    public List<Repeated<S>> due(long nowMs) {
        if (windows.isEmpty() && pushedOut.isEmpty()) {
            return List.of();
        }
        List<Repeated<S>> due = new ArrayList<>(pushedOut);
        pushedOut.clear();
        windows.entrySet().removeIf(entry -> {
            boolean isOver = nowMs - entry.getValue().sinceMs >= windowMs;
            if (isOver) {
                tell(entry.getKey(), entry.getValue(), due);
            }
            return isOver;
        });
        return due;
    }

    /** All that has not been told yet; for the end. */
    public List<Repeated<S>> rest() {
        List<Repeated<S>> rest = new ArrayList<>(pushedOut);
        pushedOut.clear();
        windows.forEach((source, window) -> tell(source, window, rest));
        windows.clear();
        return rest;
    }
}
