package io.kumo.config;

import java.util.List;
import java.util.stream.Collectors;

/** The options of programs as Markdown: docs/CONFIGURATION.md is made of it. */
public final class OptionsDocument {
    private OptionsDocument() {}

    /** A section for one program: what it is, its options, and those of kumofs that have no effect. */
    public static String markdown(OptionParser program) {
        StringBuilder out = new StringBuilder(4096);
        out.append("## ")
                .append(program.program())
                .append("\n\n")
                .append(program.summary())
                .append("\n\n");
        out.append("`")
                .append(program.program())
                .append(' ')
                .append(program.synopsis())
                .append("`\n\n");
        out.append("| option | default | |\n| --- | --- | --- |\n");
        for (OptionSpec<?> spec : program.specs()) {
            if (spec.noEffectReason().isEmpty()) {
                String value =
                        spec.isRequired() ? "required" : code(spec.defaultText().orElse(""));
                out.append("| ").append(names(spec)).append(" | ").append(value).append(" | ");
                out.append(escaped(spec.help())).append(" |\n");
            }
        }
        List<OptionSpec<?>> idle = program.specs().stream()
                .filter(spec -> !spec.noEffectReason().isEmpty())
                .toList();
        if (!idle.isEmpty()) {
            out.append("\nAccepted because kumofs has them, without effect:\n\n| option | why |\n| --- | --- |\n");
            idle.forEach(spec -> out.append("| ")
                    .append(names(spec))
                    .append(" | ")
                    .append(escaped(spec.noEffectReason()))
                    .append(" |\n"));
        }
        return out.toString();
    }

    private static String names(OptionSpec<?> spec) {
        String shorts = spec.shorts().stream().map(name -> "`-" + name + "` ").collect(Collectors.joining());
        String argument = spec.takesArgument() ? " " + spec.argument() : "";
        return shorts + "`--" + spec.name() + escaped(argument) + "`";
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + escaped(text) + "`";
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|");
    }
}
