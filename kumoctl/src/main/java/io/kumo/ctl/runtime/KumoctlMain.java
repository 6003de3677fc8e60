package io.kumo.ctl.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.kumo.base.HostPort;
import io.kumo.config.NearMiss;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Build;
import io.kumo.security.runtime.SecurityOptions;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** {@code kumoctl MANAGER[:PORT] COMMAND}: one command, one answer; exit code 0 done, 1 failed, 2 bad usage. */
public final class KumoctlMain {
    static final int MANAGER_PORT = 19700;
    static final String USAGE = "kumoctl MANAGER[:PORT] COMMAND [OPTION]... [ARGUMENT]...";

    private KumoctlMain() {}

    /** Runs the command and ends the process. */
    public static void main(String[] words) {
        // What went wrong is the answer of the command, in one line.
        ((Logger) LoggerFactory.getLogger("io.kumo")).setLevel(Level.OFF);
        int exit;
        try {
            exit = run(List.of(words), System.out);
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            exit = 2;
        } catch (KumoException e) {
            boolean isTool = words.length > 0 && LocalCommands.isTool(words[0]);
            System.err.println((isTool ? words[0] : "kumoctl") + ": " + e.getMessage());
            exit = e.code() == ErrorCode.BAD_REQUEST ? 2 : 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(exit); // nothing here needs an orderly end, and an operator waits
    }

    /** Runs the command in this process; what main makes of a failure is thrown. */
    public static int run(List<String> words, PrintStream out) {
        if (words.isEmpty() || words.get(0).equals("--help") || words.get(0).equals("-h")) {
            out.print(help());
            return words.isEmpty() ? 2 : 0;
        }
        if (words.get(0).equals("--version")) {
            out.println("kumoctl " + Build.version());
            return 0;
        }
        Optional<LocalCommand> local = LocalCommands.startOf(words);
        if (local.isPresent()) {
            List<String> rest = words.subList(local.get().name().size(), words.size());
            return local.get().run(rest, out);
        }
        if (words.get(0).startsWith("-")) {
            throw new UsageException("kumoctl: unknown option " + words.get(0) + " (see kumoctl --help)");
        }
        if (words.size() < 2) {
            throw new UsageException("kumoctl: a command is missing after '" + words.get(0) + "' (see kumoctl --help)");
        }
        return command(words, out);
    }

    private static int command(List<String> words, PrintStream out) {
        Subcommand command = Subcommands.named(words.get(1))
                .orElseThrow(() -> new UsageException(
                        "kumoctl: unknown command '" + words.get(1) + "'" + meant(words) + " (see kumoctl --help)"));
        OptionParser parser = parser(command);
        if (words.contains("--help")) {
            out.print(parser.help());
            return 0;
        }
        ParsedOptions options = parser.parse(words.subList(2, words.size()));
        if (options.arguments().size() > command.mostArguments()) {
            throw new UsageException("kumoctl: '" + command.name() + "' takes "
                    + (command.mostArguments() == 0 ? "no argument" : "no more than " + command.mostArguments())
                    + " (see kumoctl --help)");
        }
        try (ManagerClient client = ManagerClient.open(manager(words.get(0)), options)) {
            return command.action().run(new Invocation(client, options, options.arguments(), out));
        }
    }

    private static String meant(List<String> words) {
        List<String> known = Subcommands.ALL.stream().map(Subcommand::name).toList();
        return NearMiss.question(words.get(1), known, "");
    }

    /** The command line of a command to a manager. */
    static OptionParser parser(Subcommand command) {
        List<OptionSpec<?>> specs = new ArrayList<>(command.options());
        specs.addAll(ManagerClient.OPTIONS);
        String arguments = command.arguments().isEmpty() ? "" : " " + command.arguments();
        String synopsis = "MANAGER[:PORT] " + command.name() + " [OPTION]..." + arguments;
        return new OptionParser("kumoctl", synopsis, command.help(), specs);
    }

    private static HostPort manager(String text) {
        try {
            return HostPort.parse(text, MANAGER_PORT);
        } catch (IllegalArgumentException e) {
            throw new UsageException("kumoctl: " + e.getMessage() + " (see kumoctl --help)");
        }
    }

    static String help() {
        StringBuilder out = new StringBuilder("usage: ").append(USAGE).append('\n');
        LocalCommands.ALL.forEach(command -> out.append("       ")
                .append(command.options().program())
                .append(' ')
                .append(command.options().synopsis())
                .append('\n'));
        out.append("Shows and changes the state of a cluster. MANAGER is any of its managers; its port is ")
                .append(MANAGER_PORT)
                .append(" if not given.\n\n");
        for (Subcommand command : Subcommands.ALL) {
            String left = command.name() + (command.arguments().isEmpty() ? "" : " " + command.arguments());
            for (OptionSpec<?> option : command.options()) {
                left += " [--" + option.name() + (option.takesArgument() ? " " + option.argument() : "") + "]";
            }
            out.append(String.format(Locale.ROOT, "  %s%n      %s%n", left, command.help()));
        }
        out.append("  --timeout TIME with any of them: ")
                .append(Subcommands.TIMEOUT.help())
                .append(" Default: 10s.\n");
        for (OptionSpec<?> option : SecurityOptions.CLIENT) {
            out.append(String.format(Locale.ROOT, "  --%s %s: %s%n", option.name(), option.argument(), option.help()));
        }
        out.append("\nEach of these says more with --help:\n\n");
        for (LocalCommand command : LocalCommands.ALL) {
            out.append(String.format(
                    Locale.ROOT,
                    "  %s%n      %s%n",
                    command.options().program(),
                    command.options().summary()));
        }
        out.append('\n');
        out.append("Exit code: 0 done, 1 failed, 2 bad usage.\n");
        return out.toString();
    }

    /** What can be told to the user of a failure. */
    static KumoException known(Throwable failure) {
        return failure instanceof KumoException known
                ? known
                : new KumoException(ErrorCode.INTERNAL, String.valueOf(failure), failure);
    }
}
