package io.kumo.ctl.runtime;

import java.io.PrintStream;

/** A line that is written over on a terminal, and a line for each change in a pipe. */
final class ProgressLine {
    private final PrintStream out;
    private final boolean terminal = System.console() != null;
    private String shown = "";

    ProgressLine(PrintStream out) {
        this.out = out;
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
