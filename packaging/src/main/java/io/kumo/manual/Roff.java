package io.kumo.manual;

import java.util.Locale;

/** Writes a manual page for troff, with the macros of man(7). Text is put in as it is, whatever it contains. */
final class Roff {
    private final StringBuilder out = new StringBuilder(8192);

    /** @param source the product and its version */
    Roff(String name, int section, String date, String source) {
        line(".TH " + plain(name.toUpperCase(Locale.ROOT)) + " " + section + " " + date + " \"" + plain(source) + "\"");
    }

    Roff section(String title) {
        return line(".SH " + plain(title));
    }

    Roff subsection(String title) {
        return line(".SS " + plain(title));
    }

    /** @param text that {@link #plain} and its like made */
    Roff text(String text) {
        return line(guarded(sentences(text)));
    }

    /** @param text that {@link #plain} and its like made */
    Roff paragraph(String text) {
        return line(".PP").text(text);
    }

    /** A text that stands behind its tag. */
    Roff tagged(String tag, String text) {
        return line(".TP").line(guarded(tag)).text(text);
    }

    /** Lines that are shown as they are. */
    Roff example(String lines) {
        line(".PP").line(".in +4n").line(".EX");
        lines.lines().forEach(each -> line(guarded(plain(each))));
        return line(".EE").line(".in");
    }

    /** What follows belongs to the text before it. */
    Roff indented() {
        return line(".RS");
    }

    Roff outdented() {
        return line(".RE");
    }

    /** Begins a new line within a paragraph. */
    Roff newLine() {
        return line(".br");
    }

    String page() {
        return out.toString();
    }

    private Roff line(String line) {
        out.append(line).append('\n');
        return this;
    }

    /** A line that begins like a request would be one. */
    private static String guarded(String text) {
        return text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text;
    }

    /** Each on a line of its own, so that troff knows where sentences end. */
    private static String sentences(String text) {
        return text.replaceAll("([a-z)\"][.!?]) (?=[A-Z])", "$1\n");
    }

    static String plain(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                case '"' -> escaped.append("\\(dq");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    static String bold(String text) {
        return "\\fB" + plain(text) + "\\fR";
    }

    static String italic(String text) {
        return "\\fI" + plain(text) + "\\fR";
    }
}
