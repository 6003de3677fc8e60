package io.kumo.manual;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes completion for bash: a file that is put where bash looks for it under the program's name. */
final class BashCompletion {
    /**
     * Words are split at blanks of the line itself: bash would split them at colons and equals signs too, and so count
     * {@code mgr1:19700} as three.
     */
    private static final String SPLIT = """
                local line=${COMP_LINE:0:COMP_POINT} current= before=
                local -a typed
                read -ra typed <<<"$line"
                if [[ $line != *[[:space:]] ]]; then
                    current=${typed[${#typed[@]} - 1]}
                    unset "typed[${#typed[@]} - 1]"
                fi
                COMPREPLY=()
                if [[ $current == --*=* ]]; then
                    before=${current%%=*}
                    current=${current#*=}
                elif ((${#typed[@]} > 1)); then
                    before=${typed[${#typed[@]} - 1]}
                fi
            """;

    private final StringBuilder out = new StringBuilder(4096);

    private BashCompletion(String program) {
        out.append("# Completion of ").append(program).append(" for bash, made of the definitions of its options.\n\n");
    }

    static String ofProgram(OptionParser program) {
        return ofOne(program, List.of(), false);
    }

    /** Of a program that takes arguments besides options. */
    static String ofTool(Command tool) {
        return ofOne(tool.options(), tool.words(), tool.takesFiles());
    }

    private static String ofOne(OptionParser program, List<String> words, boolean files) {
        BashCompletion completion = new BashCompletion(program.program());
        String name = function(program.program());
        completion.out.append(name).append("() {\n").append(SPLIT);
        completion.options(Command.useful(program), words, files);
        completion
                .out
                .append("}\ncomplete -F ")
                .append(name)
                .append(' ')
                .append(program.program())
                .append('\n');
        return completion.out.toString();
    }

    static String ofCommands(String program, List<Command> commands) {
        BashCompletion completion = new BashCompletion(program);
        for (Command command : commands) {
            completion.out.append(function(program, command)).append("() {\n");
            completion.options(Command.useful(command.options()), command.words(), command.takesFiles());
            completion.out.append("}\n\n");
        }
        completion.choice(program, commands);
        return completion.out.toString();
    }

    /** The function that finds out which command it is about. */
    private void choice(String program, List<Command> commands) {
        List<Command> toManagers = commands.stream().filter(Command::toManager).toList();
        Map<String, List<Command>> others = commands.stream()
                .filter(command -> !command.toManager())
                .collect(Collectors.groupingBy(
                        command -> command.name().get(0), LinkedHashMap::new, Collectors.toList()));
        List<String> first = new ArrayList<>(others.keySet());
        first.addAll(List.of("--help", "--version"));

        String name = function(program);
        out.append(name).append("() {\n").append(SPLIT);
        out.append("    if ((${#typed[@]} <= 1)); then\n");
        line("        ", offer("-A hostname", first));
        out.append("        return\n    fi\n    case ${typed[1]} in\n");
        others.forEach((word, group) -> {
            out.append("        ").append(word).append(")\n");
            if (group.size() == 1 && group.get(0).name().size() == 1) {
                line("            ", function(program, group.get(0)));
            } else {
                second(program, 2, group);
            }
            out.append("            return\n            ;;\n");
        });
        out.append("    esac\n");
        second(program, 2, toManagers);
        out.append("}\ncomplete -F ").append(name).append(' ').append(program).append('\n');
    }

    /** Offers the last words of commands, or goes on with the one that is there. */
    private void second(String program, int place, List<Command> commands) {
        List<String> words = commands.stream().map(BashCompletion::last).toList();
        out.append("    if ((${#typed[@]} <= ").append(place).append(")); then\n");
        line("        ", offer("", words));
        out.append("        return\n    fi\n    case ${typed[").append(place).append("]} in\n");
        for (Command command : commands) {
            out.append("        ").append(last(command)).append(") ");
            out.append(function(program, command)).append(" ;;\n");
        }
        out.append("    esac\n");
    }

    private static String last(Command command) {
        return command.name().get(command.name().size() - 1);
    }

    /** Offers the values of the option before, or else options and arguments. */
    private void options(List<OptionSpec<?>> options, List<String> words, boolean files) {
        out.append("    case $before in\n");
        for (OptionSpec<?> spec : options) {
            ValueKind kind = ValueKind.of(spec);
            if (kind != ValueKind.NONE) {
                String names = Stream.concat(
                                spec.shorts().stream().map(name -> "-" + name), Stream.of("--" + spec.name()))
                        .collect(Collectors.joining(" | "));
                out.append("        ").append(names).append(")\n");
                value(kind, spec.words());
                out.append("            return\n            ;;\n");
            }
        }
        out.append("    esac\n");
        List<String> all = new ArrayList<>(words);
        options.forEach(spec -> all.add("--" + spec.name()));
        if (options.stream().noneMatch(spec -> spec.name().equals("help"))) {
            all.add("--help");
        }
        if (files) {
            out.append("    if [[ $current != -* ]]; then\n");
            value(ValueKind.FILE, List.of());
            out.append("        return\n    fi\n");
        }
        line("    ", offer("", all));
    }

    private void value(ValueKind kind, List<String> words) {
        switch (kind) {
            case WORDS -> line("            ", offer("", words));
            case FILE -> {
                line("            ", "compopt -o filenames 2>/dev/null");
                line("            ", "mapfile -t COMPREPLY < <(compgen -f -- \"$current\")");
            }
            case DIRECTORY -> {
                line("            ", "compopt -o filenames 2>/dev/null");
                line("            ", "mapfile -t COMPREPLY < <(compgen -d -- \"$current\")");
            }
            case HOST -> line("            ", "mapfile -t COMPREPLY < <(compgen -A hostname -- \"$current\")");
            default -> line("            ", ":");
        }
    }

    private static String offer(String more, List<String> words) {
        String actions = more.isEmpty() ? "" : more + " ";
        return "mapfile -t COMPREPLY < <(compgen " + actions + "-W '" + String.join(" ", words) + "' -- \"$current\")";
    }

    private void line(String indent, String line) {
        out.append(indent).append(line).append('\n');
    }

    private static String function(String program) {
        return "_" + program.replaceAll("[^a-z0-9]+", "_");
    }

    private static String function(String program, Command command) {
        String kind = command.toManager() ? "_manager_" : "_";
        return function(program) + kind + command.text().replaceAll("[^a-z0-9]+", "_");
    }
}
