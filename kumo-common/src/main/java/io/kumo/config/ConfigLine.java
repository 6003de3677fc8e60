package io.kumo.config;

import java.util.Optional;

/**
 * One line of a file of options, read without knowing which options there are: {@code name = value}, {@code name}, or
 * nothing; then perhaps a comment. A value in double quotes is what is between them, where a backslash is before each
 * quote and backslash; any other value is what is left once blanks at its ends and a comment are taken off.
 */
sealed interface ConfigLine {
    /** Nothing, or a comment. */
    record Blank() implements ConfigLine {}

    /** @param value nothing if the name stands alone */
    record Setting(String name, Optional<String> value) implements ConfigLine {}

    /** @param problem what is wrong, and what to do */
    record Malformed(String problem) implements ConfigLine {}

    /** Any line is one of these. */
    static ConfigLine of(String line) {
        int strange = indexOfControl(line);
        if (strange >= 0) {
            return new Malformed(String.format("character %d of the line is none of text: take it out", strange + 1));
        }
        String text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return new Blank();
        }
        int end = 0;
        while (end < text.length() && !isBlank(text.charAt(end)) && text.charAt(end) != '=') {
            end++;
        }
        String name = text.substring(0, end);
        String rest = text.substring(end).strip();
        if (name.isEmpty()
                || name.startsWith("[")
                || !(rest.isEmpty() || rest.startsWith("=") || rest.startsWith("#"))) {
            return new Malformed("'" + shown(text) + "' is not name = value");
        }
        return rest.startsWith("=") ? withValue(name, rest.substring(1).strip()) : new Setting(name, Optional.empty());
    }

    private static ConfigLine withValue(String name, String rest) {
        if (rest.startsWith("\"")) {
            return quoted(name, rest);
        }
        if (rest.startsWith("'")) {
            return new Malformed("the value of " + shown(name) + " is in single quotes: use double ones, or none");
        }
        int end = rest.startsWith("#") ? 0 : rest.length();
        for (int i = 1; i < end; i++) {
            if (rest.charAt(i) == '#' && isBlank(rest.charAt(i - 1))) {
                end = i;
            }
        }
        String value = rest.substring(0, end).strip();
        return value.isEmpty()
                ? new Malformed(shown(name) + " has no value: give one after the =, or take the line out")
                : new Setting(name, Optional.of(value));
    }

    private static ConfigLine quoted(String name, String rest) {
        StringBuilder value = new StringBuilder(rest.length());
        int at = 1;
        while (at < rest.length() && rest.charAt(at) != '"') {
            if (rest.charAt(at) == '\\') {
                at++;
                if (at == rest.length() || (rest.charAt(at) != '\\' && rest.charAt(at) != '"')) {
                    return new Malformed("the value of " + shown(name)
                            + " has a backslash before neither \" nor \\: write \\\\ for one backslash");
                }
            }
            value.append(rest.charAt(at));
            at++;
        }
        if (at >= rest.length()) {
            return new Malformed("the value of " + shown(name) + " has no \" at its end");
        }
        String after = rest.substring(at + 1).strip();
        return after.isEmpty() || after.startsWith("#")
                ? new Setting(name, Optional.of(value.toString()))
                : new Malformed("'" + shown(after) + "' follows the value of " + shown(name) + ": take it out");
    }

    /** The line that is read as this setting. */
    static String text(String name, String value) {
        boolean plain = !value.isEmpty()
                && value.equals(value.strip())
                && value.charAt(0) != '"'
                && value.charAt(0) != '\''
                && value.charAt(0) != '#'
                && !value.matches(".*\\s#.*");
        return name + " = "
                + (plain ? value : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
    }

    /** What a user wrote, cut so that a message stays one line that can be read. */
    static String shown(String text) {
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c);
    }

    private static int indexOfControl(String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) != '\t' && Character.isISOControl(line.charAt(i))) {
                return i;
            }
        }
        return -1;
    }
}
