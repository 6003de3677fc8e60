package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.ClusterStatus;
import io.kumo.manager.leader.Command;
import io.kumo.manager.leader.RebalanceProgress;
import io.kumo.node.runtime.Audit;
import io.kumo.node.runtime.Failures;
import io.kumo.node.runtime.Figures;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Attach;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.ControlMessages.Detach;
import io.kumo.protocol.ControlMessages.Replace;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.ServerReportResult;
import io.kumo.protocol.ControlMessages.SetAutoReplace;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.Figure;
import io.kumo.protocol.Message;
import io.kumo.protocol.Method;
import io.kumo.protocol.OperatorMessages.Announce;
import io.kumo.protocol.OperatorMessages.Drain;
import io.kumo.protocol.OperatorMessages.ForcePromote;
import io.kumo.protocol.OperatorMessages.PlanMoves;
import io.kumo.protocol.OperatorMessages.SafeToStop;
import io.kumo.protocol.OperatorMessages.SetPaused;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.register.runtime.RegisterDriver;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.ResultHandler;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Takes the calls of servers and of kumoctl. On the manager's loop. */
final class ControlService {
    private static final String SERVER = "server";
    private static final String MANAGER = "manager";
    private static final long FORWARD_TIMEOUT_MS = 2_000;

    private final ManagerOptions options;
    private final LeaderDriver driver;
    private final RegisterDriver register;
    private final Peers peers;
    private final RebalanceProgress progress;
    private final Clock clock;
    private final Supplier<Figures> process;

    ControlService(
            ManagerOptions options,
            LeaderDriver driver,
            RegisterDriver register,
            Peers peers,
            RebalanceProgress progress,
            Clock clock,
            Supplier<Figures> process) {
        this.options = options;
        this.driver = driver;
        this.register = register;
        this.peers = peers;
        this.progress = progress;
        this.clock = clock;
        this.process = process;
    }

    void serve(RpcHandlers handlers) {
        handlers.on(ServerReport.METHOD, this::report);
        handlers.on(Status.METHOD, (from, call, reply) -> status(from, reply));
        commands(handlers);
        handlers.on(PlanMoves.METHOD, (from, call, reply) -> asLeader(reply, () -> driver.plan(commandOf(call))));
        handlers.on(SafeToStop.METHOD, (from, call, reply) -> asLeader(reply, () -> driver.safeToStop(call.servers())));
        handlers.on(Stat.METHOD, (from, call, reply) -> reply.ok(stat(call.name())));
        handlers.onClose(this::closed);
    }

    /** What changes the cluster: each leaves a line in the audit log. */
    private void commands(RpcHandlers handlers) {
        on(
                handlers,
                Attach.METHOD,
                (call, reply) -> command(new Command.Attach(call.replace(), call.servers()), reply));
        on(
                handlers,
                Detach.METHOD,
                (call, reply) -> command(new Command.Detach(call.replace(), call.servers()), reply));
        on(handlers, Replace.METHOD, (call, reply) -> command(new Command.Replace(), reply));
        on(handlers, SetAutoReplace.METHOD, (call, reply) -> command(new Command.SetAutoReplace(call.on()), reply));
        on(handlers, SetPaused.METHOD, (call, reply) -> command(new Command.SetPaused(call.on()), reply));
        on(handlers, Drain.METHOD, (call, reply) -> command(new Command.Drain(call.servers()), reply));
        on(handlers, ForcePromote.METHOD, this::forcePromote);
        on(
                handlers,
                Announce.METHOD,
                (call, reply) -> reply.ok(new CommandResult(
                        driver.table().map(ClusterTable::version).orElse(0L), "written down")));
    }

    private static <Q extends Call<CommandResult>> void on(
            RpcHandlers handlers, Method<Q, CommandResult> method, BiConsumer<Q, Reply<CommandResult>> command) {
        handlers.on(method, Audit.of((from, call, reply) -> command.accept(call, reply)));
    }

    private void report(RpcConnection from, ServerReport report, Reply<ServerReportResult> reply) {
        driver.onReport(report, from);
        register.onServerReport(report, from);
        Optional<ClusterTable> table = driver.table();
        reply.ok(new ServerReportResult(
                driver.isLeading(),
                table.map(ClusterTable::version).orElse(0L),
                table.map(ClusterTable::clusterId).orElse("")));
    }

    private void closed(RpcConnection connection) {
        if (connection.peerRole().equals(SERVER)) {
            try {
                driver.onClosed(ServerId.parse(connection.peerName()), connection);
            } catch (IllegalArgumentException e) {
                return; // it never said who it is, so it never reported
            }
        }
    }

    private void forcePromote(ForcePromote call, Reply<CommandResult> reply) {
        if (!call.acceptDataLoss()) {
            reply.fail(ErrorCode.REFUSED, "acknowledged writes may be lost by this: say so with --accept-data-loss");
            return;
        }
        try {
            command(
                    new Command.ForcePromote(
                            call.partitions().stream().map(Integer::valueOf).toList()),
                    reply);
        } catch (NumberFormatException e) {
            reply.fail(ErrorCode.BAD_REQUEST, "partitions are numbers: " + String.join(" ", call.partitions()));
        }
    }

    private static Command commandOf(PlanMoves call) {
        return switch (call.command()) {
            case "attach" -> new Command.Attach(true, call.servers());
            case "detach" -> new Command.Detach(true, call.servers());
            case "drain" -> new Command.Drain(call.servers());
            default ->
                throw new KumoException(
                        ErrorCode.BAD_REQUEST, "plan attach, detach or drain, not '" + call.command() + "'");
        };
    }

    /** Only who leads sees all that such an answer takes. */
    private <R extends Message> void asLeader(Reply<R> reply, Supplier<R> answer) {
        if (!driver.isLeading()) {
            reply.fail(ErrorCode.NOT_LEADER, driver.leaderText());
            return;
        }
        try {
            reply.ok(answer.get());
        } catch (KumoException e) {
            reply.fail(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void command(Command command, Reply<CommandResult> reply) {
        driver.command(command).onComplete(reply::ok, failure -> {
            ErrorCode code = failure instanceof KumoException known ? known.code() : ErrorCode.INTERNAL;
            reply.fail(code, Failures.reason(failure));
        });
    }

    /** Answered by whoever leads; by this manager if nobody does, or if the leader does not answer. */
    private void status(RpcConnection from, Reply<StatusResult> reply) {
        Optional<HostPort> leader = driver.leaderAddress().filter(address -> !address.equals(options.listen()));
        if (leader.isEmpty() || from.peerRole().equals(MANAGER)) {
            reply.ok(status());
            return;
        }
        peers.manager(leader.get()).call(new Status(), FORWARD_TIMEOUT_MS, new ResultHandler<StatusResult>() {
            @Override
            public void onResult(StatusResult result) {
                reply.ok(result);
            }

            @Override
            public void onError(ErrorCode code, String text) {
                reply.ok(status());
            }
        });
    }

    /** What this manager knows. */
    StatusResult status() {
        List<ManagerStatus> managers = ClusterStatus.managers(
                driver.table().map(ClusterTable::managers).orElse(options.managers()),
                driver.liveManagers(),
                driver.leaderAddress());
        return driver.table()
                .map(table -> ClusterStatus.of(
                        table,
                        managers,
                        driver.observe(),
                        progress.update(table, driver.observe(), clock.monotonicNs() / 1_000_000)))
                .orElseGet(() -> ClusterStatus.withoutTable(
                        options.replicas(), options.partitions(), managers, driver.observe()));
    }

    private StatResult stat(String name) {
        Optional<ClusterTable> table = driver.table();
        return process.get()
                .with(Figure.ROLE, MANAGER)
                .with(Figure.ADDRESS, options.listen())
                .with(Figure.MQTT, options.mqttAddress())
                .with(
                        Figure.LEADER,
                        driver.leaderAddress().map(HostPort::toString).orElse(""))
                .with(Figure.CLUSTER, table.map(ClusterTable::clusterId).orElse(""))
                .with(Figure.TABLE_VERSION, table.map(ClusterTable::version).orElse(0L))
                .with(Figure.SERVERS, table.map(known -> known.servers().size()).orElse(0))
                .with(
                        Figure.UNDER_REPLICATED,
                        table.map(ClusterTable::underReplicated).orElse(0))
                .with(Figure.OBSTACLE, driver.obstacle())
                .result(name);
    }
}
