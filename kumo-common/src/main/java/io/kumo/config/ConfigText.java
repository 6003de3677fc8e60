package io.kumo.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes files of options: one to begin with, and one that says what is in force. */
public final class ConfigText {
    private static final int ORIGIN_COLUMN = 40;

    private ConfigText() {}

    /**
     * A daemon's file with every option as a comment: what it is for, and what it is worth without a line.
     *
     * @param set options that are set in it, by name
     */
    public static String template(OptionParser program, Map<String, String> set) {
        String name = program.program();
        return template(
                "# Options of " + name + ": read at its start, see kumo.conf(5).\n"
                        + "# A line is name = value; the command line wins over it. '" + name
                        + " --check-config --config FILE' checks a file.\n",
                program,
                set);
    }

    /** The same with other comments at its beginning. */
    public static String template(String head, OptionParser program, Map<String, String> set) {
        StringBuilder out = new StringBuilder(8192).append(head);
        Map<String, String> left = new LinkedHashMap<>(set);
        for (OptionSpec<?> spec : program.specs()) {
            if (isForFiles(spec)) {
                out.append("\n# ").append(OptionText.withDefault(spec)).append('\n');
                String value = left.remove(spec.name());
                out.append(value == null ? "# " : "");
                out.append(value == null ? example(spec) : ConfigLine.text(spec.name(), value));
                out.append('\n');
            }
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(program.program() + " has no options " + left.keySet());
        }
        return out.toString();
    }

    private static boolean isForFiles(OptionSpec<?> spec) {
        return !spec.isOnlyOnCommandLine() && spec.noEffectReason().isEmpty();
    }

    /** The default where there is one, else what has to be written in its place. */
    private static String example(OptionSpec<?> spec) {
        if (!spec.takesArgument()) {
            return spec.name() + " = " + OptionSpec.FALSE;
        }
        String text = spec.defaultText().orElse("");
        return text.isEmpty() ? spec.name() + " = " + spec.argument() : ConfigLine.text(spec.name(), text);
    }

    /** The value of each option that has one, as a file that says the same, with the place where it was given. */
    public static List<String> effective(OptionParser program, ParsedOptions options) {
        List<String> lines = new ArrayList<>();
        for (OptionSpec<?> spec : program.specs()) {
            if (isForFiles(spec)) {
                List<Given> given = options.given(spec);
                List<Given> counts =
                        spec.isRepeatable() || given.isEmpty() ? given : given.subList(given.size() - 1, given.size());
                counts.forEach(each -> lines.add(withOrigin(ConfigLine.text(spec.name(), each.text()), each.origin())));
                boolean hasDefault =
                        !spec.takesArgument() || !spec.defaultText().orElse("").isEmpty();
                if (given.isEmpty() && hasDefault) {
                    lines.add(withOrigin(example(spec), "default"));
                }
            }
        }
        return lines;
    }

    private static String withOrigin(String line, String origin) {
        int blanks = Math.max(2, ORIGIN_COLUMN - line.length());
        return line + " ".repeat(blanks) + "# " + origin;
    }
}
