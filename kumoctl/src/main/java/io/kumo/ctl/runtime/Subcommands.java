package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.ctl.HashReport;
import io.kumo.ctl.KeyPlace;
import io.kumo.ctl.ServerFacts;
import io.kumo.ctl.StatReport;
import io.kumo.ctl.StatusFormatter;
import io.kumo.ctl.StatusJson;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Attach;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.ControlMessages.Detach;
import io.kumo.protocol.ControlMessages.Replace;
import io.kumo.protocol.ControlMessages.SetAutoReplace;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ClusterTable;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every command that kumoctl sends to managers: name, help and action in one place. */
final class Subcommands {
    static final OptionSpec<Duration> TIMEOUT = OptionSpec.duration("timeout", "10s", "Longest wait for an answer.");
    static final OptionSpec<Boolean> JSON = OptionSpec.flag("json", "Print JSON, for scripts.");
    private static final OptionSpec<Boolean> WATCH =
            OptionSpec.flag("watch", "Print again each second, until interrupted.");
    static final OptionSpec<Boolean> WAIT =
            OptionSpec.flag("wait", "Return once the partitions have moved; shows how far they are.");
    static final OptionSpec<Duration> WAIT_AT_MOST =
            OptionSpec.duration("wait-at-most", "1h", "Longest time that --wait waits.");
    private static final List<OptionSpec<?>> WAITING = List.of(WAIT, WAIT_AT_MOST);

    private static final List<Subcommand> COMMON = List.of(
            new Subcommand(
                    "status", "", 0, "Show the state of the cluster.", List.of(JSON, WATCH), Subcommands::status),
            new Subcommand(
                    "attach",
                    "[SERVER...]",
                    Integer.MAX_VALUE,
                    "Let all new servers, or the named ones, take part, and move partitions to them.",
                    WAITING,
                    run -> move(run, new Attach(true, run.arguments()))),
            new Subcommand(
                    "attach-noreplace",
                    "[SERVER...]",
                    Integer.MAX_VALUE,
                    "Let new servers take part, but move nothing until 'replace'.",
                    WAITING,
                    run -> move(run, new Attach(false, run.arguments()))),
            new Subcommand(
                    "detach",
                    "[SERVER...]",
                    Integer.MAX_VALUE,
                    "Let all faulty servers, or the named ones, leave once their copies have successors.",
                    WAITING,
                    run -> move(run, new Detach(true, run.arguments()))),
            new Subcommand(
                    "detach-noreplace",
                    "[SERVER...]",
                    Integer.MAX_VALUE,
                    "Mark servers as leaving, but move nothing until 'replace'.",
                    WAITING,
                    run -> move(run, new Detach(false, run.arguments()))),
            new Subcommand(
                    "replace",
                    "",
                    0,
                    "Plan anew where copies belong, and move them there.",
                    WAITING,
                    run -> move(run, new Replace())),
            new Subcommand(
                    "enable-auto-replace",
                    "",
                    0,
                    "Attach servers that come, and move partitions, without a command.",
                    List.of(),
                    run -> change(run, new SetAutoReplace(true))),
            new Subcommand(
                    "disable-auto-replace",
                    "",
                    0,
                    "Wait for 'attach' when servers come.",
                    List.of(),
                    run -> change(run, new SetAutoReplace(false))),
            new Subcommand(
                    "hash",
                    "KEY...",
                    Integer.MAX_VALUE,
                    "Show the partition of each key, its primary and its copies.",
                    List.of(JSON),
                    Subcommands::hash),
            new Subcommand(
                    "stat",
                    "[NAME]",
                    1,
                    "Show the figures of the manager and of every server, or one of them.",
                    List.of(JSON),
                    Subcommands::stat));

    static final List<Subcommand> ALL = Stream.of(
                    COMMON,
                    OperatorCommands.ALL,
                    VerifyCommands.ALL,
                    WatchCommands.ALL,
                    BackupCommands.ALL,
                    SecurityCommands.ALL,
                    List.of(RollingRestart.SUBCOMMAND))
            .flatMap(List::stream)
            .toList();

    private static final long POLL_MS = 250;

    private Subcommands() {}

    static Optional<Subcommand> named(String name) {
        return ALL.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    private static int status(Invocation run) {
        boolean json = run.options().value(JSON);
        boolean watch = run.options().value(WATCH);
        do {
            StatusResult status = run.client().ask(new Status());
            run.out().print(json ? StatusJson.text(status) + "\n" : StatusFormatter.text(status));
            run.out().flush();
        } while (watch && !run.out().checkError() && Pause.ms(4 * POLL_MS));
        return 0;
    }

    private static int change(Invocation run, Call<CommandResult> command) {
        run.out().println(run.client().ask(command).text());
        return 0;
    }

    private static int move(Invocation run, Call<CommandResult> command) {
        CommandResult result = run.client().ask(command);
        run.out().println(result.text());
        return run.options().value(WAIT) ? waitFor(run, result.tableVersion(), run.out()) : 0;
    }

    /** Waits until nothing moves any more; {@code progress} is where it says how far that is. */
    static int waitFor(Invocation run, long version, PrintStream progress) {
        long deadline = System.nanoTime() + run.options().value(WAIT_AT_MOST).toNanos();
        ProgressLine line = new ProgressLine(progress);
        while (true) {
            StatusResult status = run.client().ask(new Status());
            if (status.rebalance().running()) {
                line.show(StatusFormatter.progress(status));
            }
            boolean isAtRest = !status.rebalance().running()
                    && (!status.paused()
                            || status.rebalance().movesDone()
                                    >= status.rebalance().movesTotal());
            if (status.version() >= version && isAtRest) {
                line.end("done: table version " + status.version());
                return 0;
            }
            if (status.paused() && !status.rebalance().running()) {
                line.end("rebalancing is paused: 'kumoctl " + run.client().manager()
                        + " resume-rebalance' lets it go on");
                return 1;
            }
            if (System.nanoTime() > deadline || !Pause.ms(POLL_MS)) {
                line.end("still moving: watch it with 'kumoctl " + run.client().manager() + " status --watch'");
                return 1;
            }
        }
    }

    private static int hash(Invocation run) {
        if (run.arguments().isEmpty()) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "hash needs a key: kumoctl MANAGER hash KEY...");
        }
        ClusterTable table = run.client().table();
        if (run.options().value(JSON)) {
            run.out().print(HashReport.assignedJson(table, run.arguments()));
            return 0;
        }
        for (String key : run.arguments()) {
            run.out().println(KeyPlace.text(table, key, Bytes.utf8(key)));
        }
        return 0;
    }

    private static int stat(Invocation run) {
        String name = run.arguments().isEmpty() ? "" : run.arguments().get(0);
        List<HostPort> asked = new ArrayList<>(List.of(run.client().manager()));
        run.client().ask(new Status()).servers().stream()
                .filter(server -> !server.state().equals("fault"))
                .forEach(server -> asked.add(server.address()));
        List<ServerFacts> answers = new ArrayList<>();
        for (HostPort address : asked) {
            List<StatEntry> entries = run.client().ask(address, new Stat(name)).entries();
            answers.add(ServerFacts.of(address, entries, Optional.empty()));
        }
        if (answers.stream().allMatch(answer -> answer.figures().isEmpty())) {
            throw new KumoException(
                    ErrorCode.BAD_REQUEST, "no figure is named '" + name + "': 'stat' without a name shows all");
        }
        run.out().print(run.options().value(JSON) ? StatReport.figuresJson(answers) : StatReport.figures(answers));
        return 0;
    }
}
