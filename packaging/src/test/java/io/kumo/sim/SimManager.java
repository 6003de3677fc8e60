package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.manager.leader.Command;
import io.kumo.manager.leader.Decision;
import io.kumo.manager.leader.Leader;
import io.kumo.manager.leader.LeaderEvent;
import io.kumo.manager.leader.ReportBook;
import io.kumo.membership.Member.ServerMember;
import io.kumo.membership.MembershipView;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.ServerReportResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.register.AcceptorState;
import io.kumo.register.Founding;
import io.kumo.register.Founding.ServerAccount;
import io.kumo.register.Proposer;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A manager: the real leader, voter and proposer on simulated time, network and disk. */
final class SimManager implements SimHandlers {
    private static final long DECIDE_EVERY = 100 * SimTime.MS;
    private static final long ASK_EVERY = SimTime.SECOND;
    private static final long PUSH_PAUSE = 250 * SimTime.MS;
    private static final int PUSH_ATTEMPTS = 8;
    private static final long CALL_TIMEOUT_MS = 1_000;
    private static final long BIRTH_GRACE = 1_500 * SimTime.MS;

    final SimProcess process;
    final HostPort address;
    private final SimCluster cluster;
    private final Leader leader;
    private AcceptorState file = AcceptorState.BLANK;

    private SimVoter voter;
    private SimLinks links;
    private ReportBook book;
    private SimProposal proposal;
    private MembershipView view = MembershipView.NONE;
    private final List<Command.Pending> commands = new ArrayList<>();
    private long commandCount;
    private long lastDecideNs;
    private final Map<HostPort, Learned> answers = new HashMap<>();
    private final Map<ServerId, ServerAccount> accounts = new HashMap<>();
    private long startedNs;

    SimManager(SimCluster cluster, SimProcess process, HostPort address, Leader leader) {
        this.cluster = cluster;
        this.process = process;
        this.address = address;
        this.leader = leader;
    }

    void start() {
        process.start();
        links = new SimLinks(cluster.network(), process, address, (to, isUp) -> {});
        book = new ReportBook(nowMs());
        proposal = null;
        view = MembershipView.NONE;
        commands.clear();
        answers.clear();
        accounts.clear();
        startedNs = process.monotonicNs();
        voter = new SimVoter(
                process, new ManagerVoter(address), cluster.managers(), file, state -> file = state, this::onTable);
        voter.start();
        new SimLearner(process, links, voter).start();
        lastDecideNs = process.monotonicNs();
        cluster.network().listen(address, process, this);
        process.every(DECIDE_EVERY, this::decide);
        process.every(ASK_EVERY, this::askOthers);
    }

    private long nowMs() {
        return process.monotonicNs() / SimTime.MS;
    }

    private void onTable(ClusterTable table) {
        cluster.invariants().onTable(process, table);
        book.onTable(table);
        if (proposal != null) {
            proposal.onCommitted(table);
        }
    }

    void onView(MembershipView seen) {
        view = seen;
        book.onView(seen.servers().stream().map(ServerMember::id).collect(Collectors.toSet()));
    }

    boolean isLeader() {
        return process.isRunning() && view.leader().filter(address::equals).isPresent();
    }

    /** Whether its votes are not lost, and it knows the cluster. */
    boolean isSound() {
        return process.isUp()
                && file.committed().isPresent()
                && file.votesFrom() <= file.base()
                && voter.acceptor().votes();
    }

    /** Its directory is gone. */
    void forget() {
        file = AcceptorState.BLANK;
    }

    /** An operator's command; lost if this manager does not come to carry it out. */
    void command(Command command) {
        commands.add(new Command.Pending(++commandCount, command));
    }

    // --- calls

    @Override
    public void onCall(Object peer, SimConnection connection, Call<?> call, SimReply reply) {
        if (voter.onCall(call, reply)) {
            return;
        }
        if (call instanceof ServerReport report) {
            book.onReport(report, connection, nowMs());
            account(report);
            reply.ok(new ServerReportResult(isLeader(), voter.version(), voter.clusterId()));
            if (voter.version() > 0 && report.tableVersion() > voter.version()) {
                ask(report.address());
            }
        } else {
            reply.fail(ErrorCode.UNKNOWN_METHOD);
        }
    }

    @Override
    public void onClosed(Object peer, SimConnection connection) {
        if (peer instanceof ServerId id) {
            book.onClosed(id, connection, nowMs());
        }
    }

    @Override
    public long tableVersion() {
        return voter.version();
    }

    private void ask(HostPort whom) {
        links.to(whom).call(new TableGet(voter.version()), CALL_TIMEOUT_MS, new SimClient.Result<TableResult>() {
            @Override
            public void ok(TableResult result) {
                take(result.table());
            }

            @Override
            public void fail(ErrorCode code, long tableVersion) {}
        });
    }

    private void take(Bytes table) {
        if (!table.isEmpty()) {
            voter.offer(TableCodec.decode(table));
        }
    }

    private void askOthers() {
        cluster.managers().stream().filter(other -> !other.equals(address)).forEach(this::ask);
    }

    // --- deciding

    private void decide() {
        long pausedNs = process.monotonicNs() - lastDecideNs - DECIDE_EVERY;
        lastDecideNs = process.monotonicNs();
        if (pausedNs > SimTime.SECOND) {
            book.onPause(pausedNs / SimTime.MS);
            return; // what waits to be read comes first
        }
        if (!isLeader() || proposal != null) {
            return;
        }
        ClusterTable known = voter.table();
        if (known == null) {
            found();
            return;
        }
        if (!voter.acceptor().state().committed().equals(Optional.of(known))) {
            return; // the file does not have it yet
        }
        List<Command.Pending> taken = List.copyOf(commands);
        Decision decision = leader.next(known, book.observe(voter.isVersionWanted(), nowMs()), taken);
        if (decision.table().isEmpty()) {
            commands.removeAll(taken);
            return;
        }
        propose(Optional.of(known), Proposer.start(known, decision.table().get(), address, life()), decided -> {
            if (decided.equals(decision.table())) {
                commands.removeAll(taken);
                for (LeaderEvent event : decision.events()) {
                    process.time().trace().say(process + " " + event.text());
                }
            }
        });
    }

    private long life() {
        return process.life() * 1000 + address.port();
    }

    private void propose(
            Optional<ClusterTable> base, Proposer first, java.util.function.Consumer<Optional<ClusterTable>> then) {
        proposal = new SimProposal(process, links, voter, base, first, decided -> {
            proposal = null;
            then.accept(decided);
            decided.ifPresent(table -> {
                voter.offer(table);
                push(base, table);
            });
        });
        proposal.start();
    }

    private void push(Optional<ClusterTable> before, ClusterTable decided) {
        Set<HostPort> everybody = new LinkedHashSet<>(decided.managers());
        before.ifPresent(
                table -> table.servers().stream().map(ServerInfo::address).forEach(everybody::add));
        decided.servers().stream().map(ServerInfo::address).forEach(everybody::add);
        everybody.remove(address);
        everybody.forEach(to -> push(to, decided, 0));
    }

    private void push(HostPort to, ClusterTable table, int attempt) {
        if (attempt >= PUSH_ATTEMPTS || table.version() < voter.version()) {
            return;
        }
        links.to(to).call(new Committed(table), CALL_TIMEOUT_MS, new SimClient.Result<>() {
            @Override
            public void ok(io.kumo.register.RegisterMessages.CommittedResult result) {}

            @Override
            public void fail(ErrorCode code, long tableVersion) {
                process.after(PUSH_PAUSE, () -> push(to, table, attempt + 1));
            }
        });
    }

    // --- founding

    /** While there is no table, the servers' tables count. */
    private void account(ServerReport report) {
        if (voter.version() > 0) {
            return;
        }
        ServerAccount known = accounts.get(report.server());
        boolean isKnown = known != null
                && known.table()
                        .filter(table -> table.version() >= report.tableVersion())
                        .isPresent();
        if (!isKnown) {
            accounts.put(report.server(), new ServerAccount(report.clusterId(), Optional.empty()));
        }
        if (!isKnown && report.tableVersion() > 0) {
            links.to(report.address()).call(new TableGet(0), CALL_TIMEOUT_MS, new SimClient.Result<TableResult>() {
                @Override
                public void ok(TableResult result) {
                    if (!result.table().isEmpty()) {
                        ClusterTable table = TableCodec.decode(result.table());
                        accounts.put(report.server(), new ServerAccount(report.clusterId(), Optional.of(table)));
                    }
                }

                @Override
                public void fail(ErrorCode code, long tableVersion) {}
            });
        }
    }

    private void found() {
        if (process.monotonicNs() - startedNs < BIRTH_GRACE) {
            return;
        }
        Learn learn = new Learn(process.life(), 0, false);
        answers.put(address, voter.acceptor().onLearn(learn));
        for (HostPort other : cluster.managers()) {
            if (!other.equals(address)) {
                links.to(other).call(learn, CALL_TIMEOUT_MS, new SimClient.Result<Learned>() {
                    @Override
                    public void ok(Learned result) {
                        answers.put(other, result);
                    }

                    @Override
                    public void fail(ErrorCode code, long tableVersion) {
                        answers.remove(other);
                    }
                });
            }
        }
        Founding.Decision decision = Founding.decide(
                cluster.managers(), answers, accounts, (process.monotonicNs() - startedNs) / SimTime.MS);
        if (decision instanceof Founding.Decision.Learn learnt) {
            voter.offer(learnt.table());
        } else if (decision instanceof Founding.Decision.Refound again) {
            propose(Optional.empty(), Proposer.startFounding(again.table(), address, life()), decided -> {});
        } else if (decision instanceof Founding.Decision.Birth) {
            ClusterTable birth = cluster.birth();
            propose(Optional.empty(), Proposer.startFounding(birth, address, life()), decided -> {});
        }
    }
}
