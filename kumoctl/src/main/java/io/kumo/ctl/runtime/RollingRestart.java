package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import io.kumo.ctl.RestartPlan;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.Outcome;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Attach;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.Message;
import io.kumo.protocol.OperatorMessages.Drain;
import io.kumo.protocol.OperatorMessages.SafeToStop;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Restarts servers one after the other by a command of the operator's, such as an upgrade needs it: a server is stopped
 * only when all copies are in sync and others can do without it, and the next one only when it is back and in sync.
 */
final class RollingRestart {
    private static final OptionSpec<Optional<String>> COMMAND = OptionSpec.string(
                    "command", "", "Restarts one server; run by sh. {host}, {port}, {address}, {id} are replaced.")
            .argument("COMMAND")
            .optional();
    private static final OptionSpec<Boolean> DRY_RUN =
            OptionSpec.flag("dry-run", "Show the commands, and whether each server could be stopped now.");
    private static final OptionSpec<Boolean> DRAIN = OptionSpec.flag(
            "drain", "Drain each server first, and attach it after: for commands that do not let it stop by itself.");
    private static final OptionSpec<Duration> COMMAND_TIMEOUT =
            OptionSpec.duration("command-timeout", "5m", "Longest time that a command may take.");
    private static final OptionSpec<Duration> BACK_WITHIN =
            OptionSpec.duration("back-within", "15m", "Longest time until a server is back and in sync.");

    private static final int SERVER_PORT = 19800;
    private static final long POLL_MS = 250;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    static final Subcommand SUBCOMMAND = new Subcommand(
            "rolling-restart",
            "[SERVER...]",
            Integer.MAX_VALUE,
            "Restart all servers, or the named ones, one after the other, with all copies in sync in between.",
            List.of(COMMAND, DRAIN, COMMAND_TIMEOUT, BACK_WITHIN, DRY_RUN),
            run -> new RollingRestart(run).run());

    private final Invocation run;
    private final PrintStream out;
    private String step = "";

    private RollingRestart(Invocation run) {
        this.run = run;
        this.out = run.out();
    }

    private int run() {
        String template = run.options()
                .value(COMMAND)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new KumoException(
                        ErrorCode.BAD_REQUEST,
                        "--command is missing, such as --command 'ssh {host} systemctl restart kumo-server'"));
        List<ServerStatus> servers;
        List<String> commands;
        try {
            servers = RestartPlan.servers(run.client().ask(new Status()), run.arguments(), SERVER_PORT);
            commands = servers.stream()
                    .map(server -> RestartPlan.command(template, server))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new KumoException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), e);
        }
        return run.options().value(DRY_RUN) ? show(servers, commands) : restart(servers, commands);
    }

    private int show(List<ServerStatus> servers, List<String> commands) {
        String obstacle = RestartPlan.obstacle(run.client().ask(new Status()), Optional.empty());
        boolean allSafe = obstacle.isEmpty();
        out.print(allSafe ? "" : "would not begin: " + obstacle + "\n");
        for (int i = 0; i < servers.size(); i++) {
            SafeToStopResult safety = safety(servers.get(i));
            allSafe &= safety.safe();
            out.println(servers.get(i).address() + "  "
                    + (safety.safe() ? "safe to stop" : "not safe to stop: " + String.join("; ", safety.reasons()))
                    + "  would run: " + commands.get(i));
        }
        return allSafe ? 0 : 1;
    }

    private int restart(List<ServerStatus> servers, List<String> commands) {
        for (int i = 0; i < servers.size(); i++) {
            ServerStatus server = servers.get(i);
            step = (i + 1) + " of " + servers.size() + "  " + server.address() + "  ";
            try {
                restart(server, commands.get(i));
            } catch (KumoException e) {
                String left = servers.subList(i, servers.size()).stream()
                        .map(each -> each.address().toString())
                        .collect(Collectors.joining(" "));
                String drained = run.options().value(DRAIN) ? "; 'attach' ends its drain" : "";
                throw new KumoException(
                        ErrorCode.REFUSED,
                        "stopped at " + server.address() + ": " + e.getMessage() + "; still to be done: " + left
                                + drained,
                        e);
            }
        }
        out.println("done: " + servers.size() + (servers.size() == 1 ? " server was" : " servers were") + " restarted");
        return 0;
    }

    private void restart(ServerStatus server, String command) {
        String obstacle = RestartPlan.obstacle(ask(new Status()), Optional.empty());
        if (!obstacle.isEmpty()) {
            throw new KumoException(ErrorCode.REFUSED, obstacle + ": all must be in sync before a server is stopped");
        }
        SafeToStopResult safety = safety(server);
        if (!safety.safe()) {
            throw new KumoException(ErrorCode.REFUSED, "not safe to stop: " + String.join("; ", safety.reasons()));
        }
        long before = incarnation(server.id());
        long beganNs = System.nanoTime();
        if (run.options().value(DRAIN)) {
            say("drained first");
            run.client().ask(new Drain(List.of(server.id().toString())));
            awaitInSync(Optional.of(server.id()), beganNs);
        }
        say(command);
        execute(command);
        beganNs = System.nanoTime();
        if (run.options().value(DRAIN)) {
            awaitRestart(server, before, beganNs);
            run.client().ask(new Attach(true, List.of(server.id().toString())));
        }
        awaitRestart(server, before, beganNs);
        awaitInSync(Optional.empty(), beganNs);
        say("back and in sync after " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNs) + " s");
    }

    private void say(String what) {
        out.println(step + what);
        out.flush();
    }

    private SafeToStopResult safety(ServerStatus server) {
        return ask(new SafeToStop(List.of(server.id().toString())));
    }

    /** The table's number of the server's process: another one after a restart. */
    private long incarnation(ServerId server) {
        TableResult result = ask(new TableGet(0));
        return TableCodec.decode(result.table())
                .server(server)
                .map(ServerInfo::incarnation)
                .orElseThrow(() -> new KumoException(ErrorCode.REFUSED, "it is not attached any more"));
    }

    private void awaitRestart(ServerStatus server, long before, long beganNs) {
        while (incarnation(server.id()) == before) {
            pause(beganNs, "the managers have not seen it restart: did the command reach the right process?");
        }
    }

    private void awaitInSync(Optional<ServerId> drained, long beganNs) {
        String obstacle = RestartPlan.obstacle(ask(new Status()), drained);
        while (!obstacle.isEmpty()) {
            pause(beganNs, "not in sync: " + obstacle);
            obstacle = RestartPlan.obstacle(ask(new Status()), drained);
        }
    }

    private void pause(long beganNs, String failure) {
        Duration longest = run.options().value(BACK_WITHIN);
        if (System.nanoTime() - beganNs > longest.toNanos()) {
            throw new KumoException(
                    ErrorCode.TIMED_OUT, failure + " (--back-within " + longest.toSeconds() + " s is over)");
        }
        if (!Pause.ms(POLL_MS)) {
            throw new KumoException(ErrorCode.SHUTTING_DOWN, "interrupted");
        }
    }

    /** The leader may change meanwhile, and managers be restarted. */
    private <R extends Message> R ask(Call<R> call) {
        long beganNs = System.nanoTime();
        while (true) {
            try {
                return run.client().ask(call);
            } catch (KumoException e) {
                boolean again =
                        e.code().outcome() == Outcome.NOT_DONE || e.code().outcome() == Outcome.UNKNOWN;
                if (!again || System.nanoTime() - beganNs > PATIENCE_NS || !Pause.ms(POLL_MS)) {
                    throw e;
                }
            }
        }
    }

    private void execute(String command) {
        try {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Duration longest = run.options().value(COMMAND_TIMEOUT);
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                throw new KumoException(
                        ErrorCode.TIMED_OUT, "its command took longer than " + longest.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                throw new KumoException(ErrorCode.REFUSED, "its command ended with exit code " + process.exitValue());
            }
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "sh can't be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KumoException(ErrorCode.SHUTTING_DOWN, "interrupted", e);
        }
    }
}
