package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import io.kumo.ctl.PlanFormatter;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.OperatorMessages.Drain;
import io.kumo.protocol.OperatorMessages.ForcePromote;
import io.kumo.protocol.OperatorMessages.PlanMoves;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.protocol.OperatorMessages.SafeToStop;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.protocol.OperatorMessages.SetPaused;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Commands for planned work on a cluster and for its worst day; {@link Subcommands} lists them. */
final class OperatorCommands {
    private static final OptionSpec<Boolean> ACCEPT_DATA_LOSS =
            OptionSpec.flag("accept-data-loss", "Acknowledged writes may be lost; refused without it.");
    private static final String ALL_PARTITIONS = "all";

    static final List<Subcommand> ALL = List.of(
            new Subcommand(
                    "drain",
                    "SERVER...",
                    Integer.MAX_VALUE,
                    "Move primaries of servers away, then copies; they stay attached. 'attach SERVER' ends it.",
                    List.of(Subcommands.WAIT, Subcommands.WAIT_AT_MOST, Subcommands.JSON),
                    OperatorCommands::drain),
            new Subcommand(
                    "safe-to-stop",
                    "SERVER...",
                    Integer.MAX_VALUE,
                    "Say whether these servers can be stopped together: exit code 0 if so, 1 and why if not.",
                    List.of(Subcommands.JSON),
                    OperatorCommands::safeToStop),
            new Subcommand(
                    "plan",
                    "attach|detach|drain [SERVER...]",
                    Integer.MAX_VALUE,
                    "Show what that command would move; nothing is done.",
                    List.of(Subcommands.JSON),
                    OperatorCommands::plan),
            new Subcommand(
                    "pause-rebalance",
                    "",
                    0,
                    "Begin no further moves of partitions; copies that are missing are still made.",
                    List.of(Subcommands.JSON),
                    run -> change(run, new SetPaused(true))),
            new Subcommand(
                    "resume-rebalance",
                    "",
                    0,
                    "Let moves of partitions go on.",
                    List.of(Subcommands.JSON),
                    run -> change(run, new SetPaused(false))),
            new Subcommand(
                    "force-promote",
                    "PARTITION...|all",
                    Integer.MAX_VALUE,
                    "Let partitions that are down go on with what is left of them.",
                    List.of(ACCEPT_DATA_LOSS, Subcommands.JSON),
                    OperatorCommands::forcePromote));

    private OperatorCommands() {}

    private static int change(Invocation run, Call<CommandResult> command) {
        print(run, run.client().ask(command));
        return 0;
    }

    private static void print(Invocation run, CommandResult result) {
        boolean json = run.options().value(Subcommands.JSON);
        run.out().print(json ? PlanFormatter.json(result.tableVersion(), result.text()) : result.text() + "\n");
        run.out().flush();
    }

    private static void needArguments(Invocation run, String usage) {
        if (run.arguments().isEmpty()) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "an argument is missing: kumoctl MANAGER " + usage);
        }
    }

    private static int drain(Invocation run) {
        needArguments(run, "drain SERVER...");
        CommandResult result = run.client().ask(new Drain(run.arguments()));
        print(run, result);
        PrintStream progress = run.options().value(Subcommands.JSON)
                ? new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)
                : run.out();
        return run.options().value(Subcommands.WAIT) ? Subcommands.waitFor(run, result.tableVersion(), progress) : 0;
    }

    private static int safeToStop(Invocation run) {
        needArguments(run, "safe-to-stop SERVER...");
        SafeToStopResult result = run.client().ask(new SafeToStop(run.arguments()));
        run.out()
                .print(run.options().value(Subcommands.JSON) ? PlanFormatter.json(result) : PlanFormatter.text(result));
        return result.safe() ? 0 : 1;
    }

    private static int plan(Invocation run) {
        needArguments(run, "plan attach|detach|drain [SERVER...]");
        List<String> servers = run.arguments().subList(1, run.arguments().size());
        PlanResult result = run.client().ask(new PlanMoves(run.arguments().get(0), servers));
        run.out()
                .print(run.options().value(Subcommands.JSON) ? PlanFormatter.json(result) : PlanFormatter.text(result));
        return 0;
    }

    private static int forcePromote(Invocation run) {
        needArguments(run, "force-promote PARTITION...|all --accept-data-loss");
        if (!run.options().value(ACCEPT_DATA_LOSS)) {
            throw new KumoException(
                    ErrorCode.BAD_REQUEST,
                    "force-promote may lose acknowledged writes for good: start a server that has them, or give"
                            + " --accept-data-loss");
        }
        boolean all = run.arguments().equals(List.of(ALL_PARTITIONS));
        return change(run, new ForcePromote(true, all ? List.of() : run.arguments()));
    }
}
