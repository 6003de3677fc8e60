package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.Command;
import io.kumo.manager.leader.Command.Answer;
import io.kumo.manager.leader.Decision;
import io.kumo.manager.leader.Leader;
import io.kumo.manager.leader.LeaderEvent;
import io.kumo.manager.leader.Observations;
import io.kumo.manager.leader.ReportBook;
import io.kumo.manager.leader.StepPacing;
import io.kumo.manager.leader.StopCheck;
import io.kumo.membership.Member.ServerMember;
import io.kumo.membership.MembershipView;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.register.runtime.RegisterDriver;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the {@link Leader}: collects what is seen (on every manager), and while this manager leads, has the next table
 * proposed whenever there is one. At most one proposal is under way. Everything on the manager's loop.
 */
final class LeaderDriver {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDriver.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static final long TICK_MS = 200;
    /** Servers of an older cluster have this time to say so before a new one is founded. */
    private static final long BIRTH_GRACE_MS = 1_500;

    /** A tick that is later than this means that the process stood still. */
    private static final long PAUSE_MS = 1_000;

    private static final long WANTED_VERSION_MS = 1_000;
    private static final long MAX_BACKOFF_MS = 1_000;
    private static final long FORGET_MS = 60_000;
    private static final long REVIVED_MS = 5_000;

    private final Vertx vertx;
    private final Context context;
    private final Clock clock;
    private final ManagerOptions options;
    private final RegisterDriver register;
    private final Leader decider;
    private final Peers peers;
    /** Managers at whose address nobody listened, and when they were last seen so. */
    private final Map<HostPort, Long> dead = new ConcurrentHashMap<>();

    private final ReportBook book;
    private final PendingCommands commands = new PendingCommands();
    private final StepPacing pacing;
    private final long startMs;

    private volatile MembershipView view = MembershipView.NONE;
    private volatile @Nullable ClusterTable table;
    private volatile Optional<HostPort> leader = Optional.empty();
    private volatile boolean leading;
    private String obstacle = "";
    private long timer = -1;
    private long lastTickMs;
    private long wantedVersionMs;
    private long notBeforeMs;
    private long backoffMs;
    /** Of the next step that is scheduled; none if it is over. */
    private long stepTimer = -1;

    private boolean busy;
    private boolean autoReplaceAsked;
    private boolean closed;

    LeaderDriver(
            Vertx vertx, Context context, Clock clock, ManagerOptions options, RegisterDriver register, Peers peers) {
        this.vertx = vertx;
        this.context = context;
        this.clock = clock;
        this.options = options;
        this.register = register;
        this.peers = peers;
        this.decider = new Leader(options.leader());
        this.startMs = nowMs();
        this.lastTickMs = startMs;
        this.notBeforeMs = startMs;
        this.wantedVersionMs = startMs - WANTED_VERSION_MS;
        this.pacing = new StepPacing(startMs);
        this.book = new ReportBook(startMs);
    }

    void start() {
        timer = vertx.setPeriodic(TICK_MS, id -> context.runOnContext(ignored -> tick()));
        onView(view);
    }

    private void tick() {
        noticePause();
        forgetRevived();
        schedule();
    }

    /** After a pause (SIGSTOP, a sleeping host) the servers' reports wait unread: nobody is gone because of that. */
    private void noticePause() {
        long pausedMs = nowMs() - lastTickMs - TICK_MS;
        lastTickMs = nowMs();
        if (pausedMs > PAUSE_MS) {
            LOG.info("this process stood still pausedMs={}", pausedMs);
            book.onPause(pausedMs);
            notBeforeMs = nowMs() + TICK_MS;
        }
    }

    // --- What is seen. ---

    void onView(MembershipView newView) {
        dead.keySet().retainAll(newView.managers()); // one that is started again comes into a view anew
        view = newView;
        book.onView(newView.servers().stream().map(ServerMember::id).collect(Collectors.toSet()));
        pacing.urge();
        judge();
    }

    /** The group takes its time to drop a member; that nobody listens where a process was says it at once. */
    void onNobodyThere(Voter voter, HostPort address) {
        if (voter instanceof ServerVoter server) {
            book.onNobodyThere(server.id(), address, nowMs());
            scheduleSoon();
        } else if (view.managers().contains(address) && dead.put(address, nowMs()) == null) {
            LOG.info("manager is gone address={}", address);
            pacing.urge();
            judge();
        }
    }

    /** A manager that was started again, and that the group took for the one before, so that no view was without it. */
    private void forgetRevived() {
        boolean changed = dead.entrySet()
                .removeIf(entry -> nowMs() - entry.getValue() > REVIVED_MS
                        && peers.manager(entry.getKey()).isConnected());
        if (changed) {
            judge();
        }
    }

    /** The first manager of this cluster in the view that is not known to be dead leads. */
    private void judge() {
        List<HostPort> own = table().map(ClusterTable::managers).orElse(options.managers());
        leader = view.managers().stream()
                .filter(manager -> own.contains(manager) && !dead.containsKey(manager))
                .findFirst();
        boolean leads = options.partners().isEmpty()
                || leader.filter(options.listen()::equals).isPresent();
        if (leads != leading) {
            leading = leads;
            LOG.info(leads ? "leading address={}" : "following address={}", options.listen());
            if (!leads) {
                commands.failAll(ErrorCode.NOT_LEADER, leaderText());
            }
        }
        schedule();
    }

    /** Takes a server's report; KumoException WRONG_CLUSTER for one of another cluster. */
    void onReport(ServerReport report, Object connection) {
        ClusterTable known = table;
        if (known != null
                && !report.clusterId().isEmpty()
                && !report.clusterId().equals(known.clusterId())) {
            throw new KumoException(
                    ErrorCode.WRONG_CLUSTER,
                    "server " + report.address() + " belongs to cluster " + report.clusterId()
                            + ", but these managers to cluster " + known.clusterId()
                            + ": check -m, or start the server with another store directory");
        }
        if (book.latest(report.server()) == null) {
            LOG.info("server reports id={} address={}", report.server(), report.address());
        }
        book.onReport(report, connection, nowMs());
        if (!report.unresponsive().isEmpty() || report.stopping()) {
            pacing.urge();
        }
        schedule();
    }

    void onClosed(ServerId server, Object connection) {
        book.onClosed(server, connection, nowMs());
        scheduleSoon();
    }

    void onTable(ClusterTable newTable) {
        table = newTable;
        obstacle = "";
        book.onTable(newTable);
        judge();
    }

    Observations observe() {
        return book.observe(false, nowMs());
    }

    // --- Who leads. From any thread. ---

    boolean isLeading() {
        return leading;
    }

    Optional<HostPort> leaderAddress() {
        return leading ? Optional.of(options.listen()) : leader;
    }

    String leaderText() {
        return leaderAddress().map(HostPort::toString).orElse("no manager leads yet: try again");
    }

    Set<HostPort> liveManagers() {
        Set<HostPort> live = new HashSet<>(view.managers());
        live.removeAll(dead.keySet());
        live.add(options.listen());
        return live;
    }

    Optional<ClusterTable> table() {
        return Optional.ofNullable(table);
    }

    /** Why there is no table yet; empty if nothing is known to be in the way. */
    String obstacle() {
        return obstacle;
    }

    // --- What is done. ---

    /** Fails with a KumoException. */
    Future<CommandResult> command(Command command) {
        if (!leading) {
            return Future.failedFuture(new KumoException(ErrorCode.NOT_LEADER, leaderText()));
        }
        LOG.info("command={}", command);
        Future<CommandResult> result = commands.add(command, nowMs());
        scheduleSoon();
        return result;
    }

    /** What a command would move; KumoException if it would be refused. */
    PlanResult plan(Command command) {
        return decider.plan(committedTable(), observe(), command);
    }

    SafeToStopResult safeToStop(List<String> servers) {
        return StopCheck.of(committedTable(), observe(), options.leader(), servers, liveManagers());
    }

    private ClusterTable committedTable() {
        return table().orElseThrow(() -> new KumoException(ErrorCode.NO_TABLE));
    }

    private void scheduleSoon() {
        pacing.urge();
        schedule();
    }

    private void schedule() {
        if (closed) {
            return;
        }
        pacing.delayMs(book.joinedCount(), book.joinerCount(), nowMs()).ifPresent(delayMs -> {
            vertx.cancelTimer(stepTimer);
            stepTimer = vertx.setTimer(
                    delayMs,
                    id -> context.runOnContext(ignored -> {
                        if (stepTimer == id) {
                            step();
                        }
                    }));
        });
    }

    private void step() {
        if (lastTickMs + TICK_MS + PAUSE_MS < nowMs()) {
            noticePause();
        }
        long stepMs = nowMs();
        pacing.onStep(stepMs);
        if (closed) {
            return;
        }
        String patience = obstacle.isEmpty() ? "the managers did not agree in time: try again" : obstacle;
        commands.expire(obstacle.isEmpty() ? ErrorCode.TIMED_OUT : ErrorCode.NO_TABLE, patience, stepMs);
        if (!leading || busy || stepMs < notBeforeMs) {
            return;
        }
        ClusterTable known = table;
        Optional<ClusterTable> committed = register.committed();
        if (committed.isEmpty()) {
            found();
        } else if (known != null && known.version() == committed.get().version()) {
            decide(known);
        } // else: the table is on its way to onTable, which comes back here
    }

    private void decide(ClusterTable known) {
        if (options.autoReplace() && !autoReplaceAsked) {
            autoReplaceAsked = true;
            if (!known.autoReplace()) {
                commands.add(new Command.SetAutoReplace(true), nowMs()).onFailure(e -> autoReplaceAsked = false);
            }
        }
        book.forgetStrangers(known, FORGET_MS, nowMs());
        boolean versionWanted = register.isVersionWanted() && nowMs() - wantedVersionMs > WANTED_VERSION_MS;
        if (versionWanted) {
            wantedVersionMs = nowMs();
        }
        Decision decision = decider.next(known, book.observe(versionWanted, nowMs()), commands.all());
        Optional<ClusterTable> next = decision.table();
        decision.answers().stream()
                .filter(answer -> !answer.isAccepted() || next.isEmpty())
                .forEach(answer -> commands.answer(answer, known.version()));
        if (next.isPresent()) {
            List<Answer> accepted =
                    decision.answers().stream().filter(Answer::isAccepted).toList();
            propose(next.get(), accepted, decision.events());
        }
    }

    private void propose(ClusterTable next, List<Answer> answers, List<LeaderEvent> events) {
        busy = true;
        long beganMs = nowMs();
        register.propose(next)
                .onComplete(result -> context.runOnContext(ignored -> {
                    busy = false;
                    if (result.failed()) {
                        failed("proposal", result.cause());
                    } else {
                        backoffMs = 0;
                        if (result.result().equals(next)) {
                            LOG.debug("committed version={} tookMs={}", next.version(), nowMs() - beganMs);
                            answers.forEach(answer -> commands.answer(answer, next.version()));
                            events.forEach(event -> LOG.info("{} version={}", event.text(), next.version()));
                        }
                    }
                    if (result.failed() || isTaken(result.result())) {
                        schedule();
                    } // else onTable does, which knows who joins by then
                }));
    }

    private boolean isTaken(ClusterTable committed) {
        return table != null && table.version() >= committed.version();
    }

    private void found() {
        if (nowMs() - startMs < BIRTH_GRACE_MS) {
            return;
        }
        busy = true;
        String id = String.format(Locale.ROOT, "%016x", RANDOM.nextLong());
        ClusterTable birth = ClusterTable.birth(id, options.replicas(), options.partitions(), options.managers());
        register.found(birth)
                .onComplete(result -> context.runOnContext(ignored -> {
                    busy = false;
                    if (result.failed()) {
                        failed("founding the cluster", result.cause());
                    } else {
                        backoffMs = 0;
                        LOG.info(
                                "cluster={} version={}",
                                result.result().clusterId(),
                                result.result().version());
                    }
                    schedule();
                }));
    }

    private void failed(String what, Throwable cause) {
        String why = Failures.reason(cause);
        if (!why.equals(obstacle)) {
            LOG.warn("{} failed, will be tried again because={}", what, why);
        }
        obstacle = table == null ? why : "";
        backoffMs = Math.min(MAX_BACKOFF_MS, Math.max(50, 2 * backoffMs));
        notBeforeMs = nowMs() + backoffMs;
    }

    private long nowMs() {
        return clock.monotonicNs() / 1_000_000;
    }

    void close() {
        closed = true;
        vertx.cancelTimer(timer);
        commands.failAll(ErrorCode.SHUTTING_DOWN, ErrorCode.SHUTTING_DOWN.text());
    }
}
