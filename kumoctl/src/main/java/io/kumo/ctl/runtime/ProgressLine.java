package io.kumo.ctl.runtime;

import java.io.PrintStream;

/** A line that is written over on a terminal, and a line for each change in a pipe. */
final class ProgressLine {
    private static final long SECOND_NS = 1_000_000_000L;

    private final PrintStream out;
    private final boolean terminal = isTerminal();
    private String shown = "";
    private long shownNs = System.nanoTime();

    ProgressLine(PrintStream out) {
        this.out = out;
    }

    /** Since Java 22 there is a console even where there is no terminal; an unset TERM tells. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        return System.console() != null
                && System.getenv("TERM") != null
                && Runtime.version().feature() < 22;
    }

    void show(String text) {
        if (text.equals(shown)) {
            return;
        }
        if (terminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, shown.length() - text.length())));
        } else {
            out.println(text);
        }
        out.flush();
        shown = text;
    }

    /** Shows it if the last one is a second old. */
    void showSometimes(String text) {
        long nowNs = System.nanoTime();
        if (nowNs - shownNs > SECOND_NS) {
            shownNs = nowNs;
            show(text);
        }
    }

    void end(String text) {
        show(text);
        if (terminal) {
            out.println();
        }
    }
}
