package io.kumo.register.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.Message;
import io.kumo.register.Acceptor;
import io.kumo.register.AcceptorState;
import io.kumo.register.Founding.Decision;
import io.kumo.register.Founding.ServerAccount;
import io.kumo.register.Proposer;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.CommittedResult;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.ResultHandler;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a voter on RPC and on its file, for managers and servers alike; for managers the proposer too. Lives on one
 * Vert.x context; its methods may be called from any thread.
 */
public final class RegisterDriver {
    private static final Logger LOG = LoggerFactory.getLogger(RegisterDriver.class);

    private final Context context;
    private final TableHolder holder;
    private final AcceptorRunner runner;
    private final CommitPusher pusher;
    private final Learner learner;
    private final ProposalRun.Environment environment;
    private final long life = new SecureRandom().nextLong();
    private volatile Consumer<KumoException> fatalListener =
            failure -> LOG.error("register failed reason=\"{}\"", failure.getMessage());
    private volatile Encoded encoded = new Encoded(0, Bytes.EMPTY);
    private volatile long wantedAfter = -1;
    private @Nullable ProposalRun running;
    private boolean isClosed;

    private record Encoded(long version, Bytes table) {}

    private RegisterDriver(
            Vertx vertx,
            Context context,
            RegisterOptions options,
            TableHolder holder,
            RegisterPeers peers,
            AcceptorFile file,
            AcceptorState state) {
        this.context = context;
        this.holder = holder;
        Acceptor acceptor = new Acceptor(options.self(), options.managers(), state);
        this.runner = new AcceptorRunner(context, file, acceptor, failure -> fatalListener.accept(failure));
        this.pusher = new CommitPusher(vertx, context, options, peers);
        this.environment = new ProposalRun.Environment(vertx, context, options, peers, runner, pusher, this::learn);
        this.learner = new Learner(environment, this::refound);
    }

    /**
     * Reads the file, hands what it says is committed to {@code holder}, and from then on offers to the holder every
     * committed table that it hears of, and takes every one that the holder gets from elsewhere.
     *
     * @return fails with a KumoException for a file that is damaged or of a newer format
     */
    public static Future<RegisterDriver> open(
            Vertx vertx, Context context, RegisterOptions options, TableHolder holder, RegisterPeers peers) {
        AcceptorFile file = new AcceptorFile(options.file());
        Promise<RegisterDriver> done = Promise.promise();
        context.runOnContext(onLoop -> context.executeBlocking(file::read)
                .map(found -> {
                    AcceptorState state = found.orElseGet(() -> initial(options));
                    RegisterDriver driver = new RegisterDriver(vertx, context, options, holder, peers, file, state);
                    driver.start(state);
                    return driver;
                })
                .onComplete(done));
        return done.future();
    }

    private static AcceptorState initial(RegisterOptions options) {
        return options.isNew() || options.self() instanceof ManagerVoter
                ? AcceptorState.BLANK
                : AcceptorState.FORGOTTEN;
    }

    private void start(AcceptorState state) {
        state.committed().ifPresent(holder::offer); // WRONG_CLUSTER fails the start
        holder.listenInline(table -> context.runOnContext(onLoop -> onNewest(table)));
        learner.start();
    }

    /** Is told when the file can't be written: the process must end, for it may not vote any more. */
    public void onFatal(Consumer<KumoException> listener) {
        fatalListener = listener;
    }

    /** Takes the register's calls (Prepare, Accept, Committed, Learn) and TableGet. */
    public void serve(RpcHandlers handlers) {
        handlers.on(
                Prepare.METHOD,
                (from, call, reply) -> answer(from, reply, () -> runner.run(voter -> voter.onPrepare(call))));
        handlers.on(
                Accept.METHOD,
                (from, call, reply) -> answer(from, reply, () -> runner.run(voter -> voter.onAccept(call))));
        handlers.on(Committed.METHOD, (from, call, reply) -> answer(from, reply, () -> onCommitted(call)));
        handlers.on(
                Learn.METHOD,
                (from, call, reply) -> answer(from, reply, () -> {
                    if (call.recovering()) {
                        wantedAfter = call.knownVersion();
                    }
                    return Future.succeededFuture(runner.acceptor().onLearn(call));
                }));
        handlers.on(TableGet.METHOD, (from, call, reply) -> reply.ok(tableFor(call.knownVersion())));
    }

    private <R extends Message> void answer(RpcConnection from, Reply<R> reply, Supplier<Future<R>> action) {
        context.runOnContext(onLoop -> action.get()
                .onComplete(result -> from.context().runOnContext(onTheirs -> {
                    if (result.succeeded()) {
                        reply.ok(result.result());
                    } else if (result.cause() instanceof KumoException failure) {
                        reply.fail(failure.code(), String.valueOf(failure.getMessage()));
                    } else {
                        reply.fail(ErrorCode.INTERNAL);
                    }
                })));
    }

    private Future<CommittedResult> onCommitted(Committed call) {
        if (!learn(call.table())) {
            return Future.failedFuture(new KumoException(ErrorCode.WRONG_CLUSTER));
        }
        return runner.update(voter -> voter.onCommitted(call.table()))
                .map(ignored -> new CommittedResult(holder.version()));
    }

    private TableResult tableFor(long knownVersion) {
        ClusterTable table = holder.orNull();
        if (table == null || table.version() <= knownVersion) {
            return new TableResult(holder.version(), Bytes.EMPTY);
        }
        Encoded present = encoded;
        if (present.version() != table.version()) {
            present = new Encoded(table.version(), TableCodec.encode(table));
            encoded = present;
        }
        return new TableResult(present.version(), present.table());
    }

    /** The newest table that is known to be decided. */
    public Optional<ClusterTable> committed() {
        return holder.table();
    }

    /**
     * Managers: proposes what follows the newest committed table; one at a time, others fail with OVERLOADED. Once it
     * is decided, tells all managers and servers.
     *
     * @param next one version more than {@link #committed}
     * @return the table that was decided: {@code next}, or another manager's, or one that is newer still; fails with a
     *     KumoException: TIMED_OUT where it may be decided later, NOT_LEADER where another table was newer already
     */
    public Future<ClusterTable> propose(ClusterTable next) {
        return onContext(() -> {
            Optional<ClusterTable> base = holder.table();
            if (base.isEmpty()) {
                return Future.failedFuture(new KumoException(ErrorCode.NO_TABLE));
            }
            if (next.version() != base.get().version() + 1) {
                return Future.failedFuture(new KumoException(
                        ErrorCode.NOT_LEADER,
                        "version " + next.version() + " does not follow version "
                                + base.get().version()));
            }
            return run(base, () -> Proposer.start(base.get(), next, self(), life));
        });
    }

    /**
     * Managers: founds the cluster if all configured managers answer, none has a table, and no server that reported
     * belongs to a cluster. If there is a cluster already, completes with its table.
     *
     * @param birth version 1, with exactly the configured managers
     * @return fails with REFUSED and a text that says what is in the way
     */
    public Future<ClusterTable> found(ClusterTable birth) {
        return onContext(() -> holder.table().isPresent()
                ? Future.succeededFuture(holder.table().get())
                : learner.examine().compose(decision -> follow(decision, birth)));
    }

    private Future<ClusterTable> follow(Decision decision, ClusterTable birth) {
        Optional<ClusterTable> known = holder.table();
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        if (decision instanceof Decision.Learn other) {
            learn(other.table());
            return Future.succeededFuture(other.table());
        }
        if (decision instanceof Decision.Wait wait) {
            return Future.failedFuture(new KumoException(ErrorCode.REFUSED, wait.reason()));
        }
        ClusterTable first = decision instanceof Decision.Refound again ? again.table() : birth;
        return run(Optional.empty(), () -> Proposer.startFounding(first, self(), life));
    }

    private void refound(ClusterTable table) {
        LOG.info("founding anew from the servers' table cluster={} version={}", table.clusterId(), table.version());
        run(Optional.empty(), () -> Proposer.startFounding(table, self(), life))
                .onFailure(failure -> LOG.info("not founded reason=\"{}\"", failure.getMessage()));
    }

    private Future<ClusterTable> run(Optional<ClusterTable> base, Supplier<Proposer> proposer) {
        if (running != null || isClosed) {
            return Future.failedFuture(new KumoException(isClosed ? ErrorCode.SHUTTING_DOWN : ErrorCode.OVERLOADED));
        }
        ProposalRun run = new ProposalRun(environment, base, proposer.get());
        running = run;
        return run.start().onComplete(result -> running = null).map(decided -> {
            learn(decided);
            pusher.push(base.orElse(decided), decided);
            return decided;
        });
    }

    private HostPort self() {
        if (environment.options().self() instanceof ManagerVoter manager) {
            return manager.address();
        }
        throw new IllegalStateException("only managers propose");
    }

    /**
     * Managers: to be called for every ServerReport, on the connection's loop. Fetches the server's table if it is
     * newer; after the loss of all managers, the newest of most servers is what new managers start from.
     */
    public void onServerReport(ServerReport report, RpcConnection from) {
        if (holder.version() == 0) {
            context.runOnContext(onLoop -> {
                if (report.clusterId().isEmpty() || report.tableVersion() == 0) {
                    learner.account(report.server(), new ServerAccount(report.clusterId(), Optional.empty()));
                } else if (!learner.hasTableOf(report.server(), report.tableVersion())) {
                    learner.account(report.server(), new ServerAccount(report.clusterId(), Optional.empty()));
                    fetch(
                            from,
                            0,
                            table -> learner.account(
                                    report.server(), new ServerAccount(report.clusterId(), Optional.of(table))));
                }
            });
        } else if (report.tableVersion() > holder.version()
                && report.clusterId().equals(holder.clusterId())) {
            fetch(from, holder.version(), this::learn);
        }
    }

    private void fetch(RpcConnection from, long knownVersion, Consumer<ClusterTable> action) {
        from.context()
                .runOnContext(onTheirs -> from.call(
                        new TableGet(knownVersion),
                        environment.options().callTimeoutMs(),
                        new ResultHandler<TableResult>() {
                            @Override
                            public void onResult(TableResult result) {
                                if (!result.table().isEmpty()) {
                                    take(from, result.table(), action);
                                }
                            }

                            @Override
                            public void onError(ErrorCode code, String text) {
                                LOG.debug("no table from peer={} code={} text={}", from.peerName(), code, text);
                            }
                        }));
    }

    private void take(RpcConnection from, Bytes bytes, Consumer<ClusterTable> action) {
        try {
            ClusterTable table = TableCodec.decode(bytes);
            context.runOnContext(onLoop -> action.accept(table));
        } catch (KumoException | IllegalStateException | IllegalArgumentException e) {
            LOG.warn("table refused peer={} reason=\"{}\"", from.peerName(), e.getMessage());
        }
    }

    /**
     * Whether a manager that lost its directory waits for a version that is decided without it, or a voter for what
     * became of its vote: the leader then proposes the same table as a next version, or completes what was voted for.
     */
    public boolean isVersionWanted() {
        long version = holder.version();
        return version > 0 && (wantedAfter == version || learner.undecidedAfter() == version);
    }

    /** Completes once a start would find this table, or a newer one, in the file; fails where that can't be written. */
    public Future<Void> kept(ClusterTable table) {
        return onContext(() -> runner.update(voter -> voter.onCommitted(table)));
    }

    /** Whether this process votes on what follows the newest table. For people. */
    public Future<Boolean> votes() {
        return onContext(() -> Future.succeededFuture(runner.acceptor().votes()));
    }

    /** Votes no more; completes once what it answered or began is on disk. */
    public Future<Void> close() {
        return onContext(() -> {
            isClosed = true;
            learner.close();
            if (running != null) {
                running.abandon();
            }
            return runner.close();
        });
    }

    /** Offers a decided table to the process; false if it is another cluster's. */
    private boolean learn(ClusterTable table) {
        try {
            holder.offer(table);
            return true;
        } catch (KumoException e) {
            LOG.warn("table refused reason=\"{}\"", e.getMessage());
            return false;
        }
    }

    private void onNewest(ClusterTable table) {
        if (isClosed) {
            return;
        }
        ProposalRun run = running;
        if (run != null) {
            run.onCommitted(table);
        }
        runner.update(voter -> voter.onCommitted(table));
    }

    private <T> Future<T> onContext(Supplier<Future<T>> action) {
        Promise<T> done = Promise.promise();
        context.runOnContext(onLoop -> {
            try {
                action.get().onComplete(done);
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        return done.future();
    }
}
