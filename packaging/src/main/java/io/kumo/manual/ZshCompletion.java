package io.kumo.manual;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes completion for zsh: a file that is put where zsh looks for functions, as {@code _PROGRAM}. */
final class ZshCompletion {
    private final StringBuilder out = new StringBuilder(4096);

    private ZshCompletion(String program) {
        out.append("#compdef ").append(program).append('\n');
        out.append("# Completion of ").append(program).append(" for zsh, made of the definitions of its options.\n\n");
    }

    static String ofProgram(OptionParser program) {
        ZshCompletion completion = new ZshCompletion(program.program());
        completion.arguments("", Command.useful(program), List.of());
        return completion.out.toString();
    }

    /** Of a program that takes arguments besides options. */
    static String ofTool(Command tool) {
        ZshCompletion completion = new ZshCompletion(tool.options().program());
        completion.arguments("", Command.useful(tool.options()), operands(tool));
        return completion.out.toString();
    }

    static String ofCommands(String program, List<Command> commands) {
        ZshCompletion completion = new ZshCompletion(program);
        completion.choice(commands);
        return completion.out.toString();
    }

    private void choice(List<Command> commands) {
        List<Command> toManagers = commands.stream().filter(Command::toManager).toList();
        Map<String, List<Command>> others = commands.stream()
                .filter(command -> !command.toManager())
                .collect(Collectors.groupingBy(
                        command -> command.name().get(0), LinkedHashMap::new, Collectors.toList()));
        out.append("local -a commands\nif ((CURRENT == 2)); then\n    commands=(\n");
        others.forEach((word, group) ->
                out.append("        ").append(described(word, group.get(0))).append('\n'));
        out.append("    )\n    _describe -t commands 'command' commands\n    _hosts\n    return\nfi\n");
        out.append("case ${words[2]} in\n");
        others.forEach((word, group) -> {
            out.append("    ").append(word).append(")\n");
            if (group.size() == 1 && group.get(0).name().size() == 1) {
                shifted(1, group.get(0));
            } else {
                second(group);
            }
            out.append("        return\n        ;;\n");
        });
        out.append("esac\n");
        second(toManagers);
    }

    /** Describes the words that may come third, or goes on with the one that is there. */
    private void second(List<Command> commands) {
        out.append("if ((CURRENT == 3)); then\n    commands=(\n");
        for (Command command : commands) {
            String word = command.name().get(command.name().size() - 1);
            out.append("        ").append(described(word, command)).append('\n');
        }
        out.append("    )\n    _describe -t commands 'command' commands\n    return\nfi\ncase ${words[3]} in\n");
        for (Command command : commands) {
            String word = command.name().get(command.name().size() - 1);
            out.append("    ").append(word).append(")\n");
            shifted(2, command);
            out.append("        ;;\n");
        }
        out.append("esac\n");
    }

    /** The options of a command, which stands behind so many words of the line. */
    private void shifted(int count, Command command) {
        out.append("        shift ").append(count).append(" words\n");
        out.append("        ((CURRENT -= ").append(count).append("))\n");
        arguments("        ", Command.useful(command.options()), operands(command));
    }

    private static List<String> operands(Command command) {
        if (command.takesFiles()) {
            return List.of("'*:file:_files'");
        }
        return command.words().isEmpty()
                ? List.of()
                : List.of("'*:argument:(" + String.join(" ", command.words()) + ")'");
    }

    private void arguments(String indent, List<OptionSpec<?>> options, List<String> operands) {
        out.append(indent).append("_arguments -S");
        for (OptionSpec<?> spec : options) {
            out.append(" \\\n").append(indent).append("    ").append(argument(spec));
        }
        if (options.stream().noneMatch(spec -> spec.name().equals("help"))) {
            out.append(" \\\n").append(indent).append("    '(- *)--help[Say which options it takes.]'");
        }
        operands.forEach(
                each -> out.append(" \\\n").append(indent).append("    ").append(each));
        out.append('\n');
    }

    private static String argument(OptionSpec<?> spec) {
        String names =
                spec.shorts().stream().map(name -> "-" + name + " ").collect(Collectors.joining()) + "--" + spec.name();
        String forms = spec.shorts().stream()
                .map(name -> "-" + name + (spec.takesArgument() ? "+" : "") + ",")
                .collect(Collectors.joining());
        String end = spec.takesArgument() ? "=" : "";
        String all =
                spec.shorts().isEmpty() ? "--" + spec.name() + end : "'{" + forms + "--" + spec.name() + end + "}'";
        String before = spec.isRepeatable() ? "*" : "(" + names + ")";
        return "'" + before + all + "["
                + quoted(spec.help()).replace("]", "\\]").replace("[", "\\[") + "]"
                + (spec.takesArgument() ? ":" + quoted(spec.argument()).replace(":", "\\:") + ":" + action(spec) : "")
                + "'";
    }

    private static String action(OptionSpec<?> spec) {
        return switch (ValueKind.of(spec)) {
            case WORDS -> "(" + String.join(" ", spec.words()) + ")";
            case FILE -> "_files";
            case DIRECTORY -> "_files -/";
            case HOST -> "_hosts";
            default -> "";
        };
    }

    private static String described(String word, Command command) {
        return "'" + word + ":" + quoted(command.options().summary()).replace(":", "\\:") + "'";
    }

    /** For the inside of single quotes. */
    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "'\\''");
    }
}
