package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.register.Founding;
import io.kumo.register.Founding.Decision;
import io.kumo.register.Founding.ServerAccount;
import io.kumo.register.Proposal;
import io.kumo.register.QuorumRule;
import io.kumo.register.Recovery;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks others while this voter has no table, or may not vote because it forgot what it voted for: a round each second,
 * until that is over. Lives on one context.
 */
final class Learner {
    private static final Logger LOG = LoggerFactory.getLogger(Learner.class);
    private static final long ROUND_MS = 1_000;
    private static final int MOST_ACCOUNTS = 4_096;

    private final ProposalRun.Environment environment;
    private final Consumer<ClusterTable> refound;
    private final Map<ServerId, ServerAccount> accounts = new HashMap<>();
    private Optional<Recovery> recovery = Optional.empty();
    private Optional<Proposal> accepted = Optional.empty();
    private volatile long undecidedAfter = -1;
    private boolean wasInDoubt;
    private int roundsWithoutTable;
    private String reason = "";
    private long timer = -1;

    /** @param refound proposes the table of a cluster whose managers are all new */
    Learner(ProposalRun.Environment environment, Consumer<ClusterTable> refound) {
        this.environment = environment;
        this.refound = refound;
    }

    void start() {
        timer = environment.vertx().setPeriodic(ROUND_MS, tick -> round());
        round();
    }

    void close() {
        environment.vertx().cancelTimer(timer);
    }

    /** What a server said of itself, for as long as there is no table. */
    void account(ServerId server, ServerAccount account) {
        if (accounts.size() < MOST_ACCOUNTS || accounts.containsKey(server)) {
            accounts.put(server, account);
        }
    }

    boolean hasTableOf(ServerId server, long version) {
        ServerAccount account = accounts.get(server);
        return account != null
                && account.table().filter(table -> table.version() >= version).isPresent();
    }

    private void round() {
        Optional<ClusterTable> known = environment.runner().acceptor().state().committed();
        if (known.isPresent()) {
            accounts.clear();
            if (environment.runner().acceptor().isLost()) {
                recover(known.get());
            } else if (known.get().version()
                    < environment.runner().acceptor().state().votesFrom()) {
                askForAVersion(known.get());
            } else if (isUndecided()) {
                undecidedAfter = known.get().version();
                askForAVersion(known.get());
            }
        } else if (environment.options().self() instanceof ManagerVoter) {
            roundsWithoutTable++;
            examine().onSuccess(this::follow);
        }
    }

    /**
     * Whether it voted a round ago already for what it does not know to be decided. Whoever had it decided may have
     * died before it told anybody.
     */
    private boolean isUndecided() {
        Optional<Proposal> before = accepted;
        accepted = environment.runner().acceptor().state().accepted();
        return accepted.isPresent() && accepted.equals(before);
    }

    /** The version whose successor this voter voted for, and that it does not know to be decided. From any thread. */
    long undecidedAfter() {
        return undecidedAfter;
    }

    /** Asks all managers what they know, and judges. */
    Future<Decision> examine() {
        List<HostPort> managers = environment.options().managers();
        Map<HostPort, Learned> answers = new HashMap<>();
        Promise<Decision> done = Promise.promise();
        long nonce = nonce();
        int[] open = {managers.size()};
        for (HostPort manager : managers) {
            ask(new ManagerVoter(manager), manager, new Learn(nonce, 0, false)).onComplete(result -> {
                if (result.succeeded()) {
                    answers.put(manager, result.result());
                }
                if (--open[0] == 0) {
                    done.complete(Founding.decide(managers, answers, accounts, roundsWithoutTable * ROUND_MS));
                }
            });
        }
        return done.future();
    }

    private void follow(Decision decision) {
        if (environment.runner().acceptor().state().committed().isPresent()) {
            return;
        }
        if (decision instanceof Decision.Learn learn) {
            environment.learn().accept(learn.table());
        } else if (decision instanceof Decision.Refound again) {
            if (environment.options().managers().get(0).equals(self())) { // one is enough to propose it
                refound.accept(again.table());
            }
        } else if (decision instanceof Decision.Wait wait && !wait.reason().equals(reason)) {
            reason = wait.reason();
            LOG.info("no table yet reason=\"{}\"", reason);
        }
    }

    private Optional<HostPort> selfAddress() {
        return environment.options().self() instanceof ManagerVoter manager
                ? Optional.of(manager.address())
                : Optional.empty();
    }

    private HostPort self() {
        return selfAddress().orElseThrow();
    }

    private void recover(ClusterTable known) {
        Recovery round = Recovery.start(environment.options().self(), known, nonce());
        recovery = Optional.of(round);
        Learn question = new Learn(round.nonce(), known.version(), wasInDoubt);
        wasInDoubt = false;
        for (Voter voter : QuorumRule.of(known).voters()) {
            Optional<HostPort> address = address(voter, known);
            if (address.isPresent() && !voter.equals(environment.options().self())) {
                ask(voter, address.get(), question).onSuccess(answer -> onLearned(voter, answer));
            }
        }
    }

    private void onLearned(Voter from, Learned answer) {
        wasInDoubt |= answer.inDoubt();
        recovery = recovery.map(round -> round.onLearned(from, answer));
        Optional<Recovery> round = recovery;
        if (round.isEmpty()) {
            return;
        }
        if (round.get().newest().isPresent()) {
            recovery = Optional.empty();
            environment.learn().accept(round.get().newest().get());
        } else if (round.get().isComplete()) {
            recovery = Optional.empty();
            long version = round.get().known().version();
            environment.runner().update(acceptor -> acceptor.recovered(version)).onSuccess(ignored -> {
                LOG.info("votes forgotten are made up for version={} votesFrom={}", version, version + 1);
                round();
            });
        }
    }

    private void askForAVersion(ClusterTable known) {
        Learn question = new Learn(nonce(), known.version(), true);
        for (HostPort manager : known.managers()) {
            if (!Optional.of(manager).equals(selfAddress())) {
                ask(new ManagerVoter(manager), manager, question)
                        .onSuccess(answer -> answer.newer().ifPresent(environment.learn()));
            }
        }
    }

    private Future<Learned> ask(Voter voter, HostPort address, Learn question) {
        Promise<Learned> done = Promise.promise();
        Future<Learned> answer = voter.equals(environment.options().self())
                ? Future.succeededFuture(environment.runner().acceptor().onLearn(question))
                : environment
                        .peers()
                        .client(voter, address)
                        .whenConnected(ROUND_MS / 2)
                        .compose(connected -> environment
                                .peers()
                                .client(voter, address)
                                .call(question, environment.options().callTimeoutMs()));
        answer.onComplete(result -> environment.context().runOnContext(onLoop -> done.handle(result)));
        return done.future();
    }

    private static Optional<HostPort> address(Voter voter, ClusterTable known) {
        if (voter instanceof ManagerVoter manager) {
            return Optional.of(manager.address());
        }
        return voter instanceof ServerVoter server
                ? known.server(server.id()).map(info -> info.address())
                : Optional.empty();
    }

    private static long nonce() {
        return ThreadLocalRandom.current().nextLong();
    }
}
