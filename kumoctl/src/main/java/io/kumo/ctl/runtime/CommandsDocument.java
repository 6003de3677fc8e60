package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import io.kumo.config.OptionsDocument;
import java.util.stream.Collectors;

/** The commands of kumoctl as Markdown: docs/CONFIGURATION.md is made of it. */
public final class CommandsDocument {
    private CommandsDocument() {}

    /** A section for the commands to managers, and one for each that needs no manager. */
    public static String markdown() {
        StringBuilder out = new StringBuilder(4096);
        out.append("## kumoctl\n\nShows and changes the state of a cluster. `MANAGER` is any of its managers.\n\n");
        out.append("`").append(KumoctlMain.USAGE).append("`\n\n| command | options | |\n| --- | --- | --- |\n");
        for (Subcommand command : Subcommands.ALL) {
            String arguments = command.arguments().isEmpty() ? "" : " " + command.arguments();
            out.append("| `").append(command.name()).append(arguments).append("` | ");
            out.append(command.options().stream().map(CommandsDocument::names).collect(Collectors.joining(" ")));
            out.append(" | ").append(command.help()).append(" |\n");
        }
        out.append("\n| option | default | |\n| --- | --- | --- |\n");
        Subcommands.ALL.stream()
                .flatMap(command -> KumoctlMain.parser(command).specs().stream())
                .distinct()
                .forEach(option -> append(out, option));
        for (LocalCommand command : LocalCommands.ALL) {
            out.append('\n').append(OptionsDocument.markdown(command.options()));
        }
        return out.toString();
    }

    private static void append(StringBuilder out, OptionSpec<?> option) {
        String value = option.defaultText()
                .map(text -> text.isEmpty() ? "" : "`" + text + "`")
                .orElse("");
        out.append("| ").append(names(option)).append(" | ").append(value);
        out.append(" | ").append(option.help()).append(" |\n");
    }

    private static String names(OptionSpec<?> option) {
        return "`--" + option.name() + (option.takesArgument() ? " " + option.argument() : "") + "`";
    }
}
