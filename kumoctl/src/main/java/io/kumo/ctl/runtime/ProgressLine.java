package io.kumo.ctl.runtime;

import java.io.PrintStream;

/** A line that is written over on a terminal, and a line for each change in a pipe. */
final class ProgressLine {
    private final PrintStream out;
    private final boolean terminal = isTerminal();
    private String shown = "";

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

    void end(String text) {
        show(text);
        if (terminal) {
            out.println();
        }
    }
}
