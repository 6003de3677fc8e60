package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.register.Acceptor;
import io.kumo.register.Proposer;
import io.kumo.register.Proposer.Outcome;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.register.Verdict;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One proposal, from its first request to its outcome or its deadline: repeats requests that failed, and retries after
 * a random pause when it was outbid. Lives on one context.
 */
final class ProposalRun {
    private static final Logger LOG = LoggerFactory.getLogger(ProposalRun.class);
    private static final long REPEAT_MS = 100;
    private static final long SHORTEST_PAUSE_MS = 10;
    private static final long PAUSE_STEP_MS = 40;
    private static final int LONGEST_PAUSE_STEPS = 10;

    /** What it needs of the driver. */
    record Environment(
            Vertx vertx,
            Context context,
            RegisterOptions options,
            RegisterPeers peers,
            AcceptorRunner runner,
            CommitPusher pusher,
            Consumer<ClusterTable> learn) {}

    private final Environment environment;
    private final Optional<ClusterTable> base;
    private final io.vertx.core.Promise<ClusterTable> done = io.vertx.core.Promise.promise();
    private final Set<Voter> asked = new HashSet<>();
    private Proposer proposer;
    private int attempt = 1;
    private int turn;
    private long repeatTimer = -1;
    private long deadlineTimer = -1;

    /** @param base the table that the proposal follows; empty before the first */
    ProposalRun(Environment environment, Optional<ClusterTable> base, Proposer proposer) {
        this.environment = environment;
        this.base = base;
        this.proposer = proposer;
    }

    /** Completes with the table that was decided, or a newer one. */
    Future<ClusterTable> start() {
        Vertx vertx = environment.vertx();
        repeatTimer = vertx.setPeriodic(REPEAT_MS, timer -> send());
        deadlineTimer = vertx.setTimer(environment.options().deadlineMs(), timer -> onDeadline());
        send();
        return done.future();
    }

    /** Takes a table that is committed, from wherever it was heard of. */
    void onCommitted(ClusterTable table) {
        advance(proposer.onCommitted(table));
    }

    void abandon() {
        fail(new KumoException(ErrorCode.SHUTTING_DOWN));
    }

    private void onDeadline() {
        fail(new KumoException(
                ErrorCode.TIMED_OUT,
                "version " + proposer.wanted().version() + " of the table is not decided after "
                        + environment.options().deadlineMs() + " ms; no answer from " + proposer.unanswered()
                        + ": it takes " + quorumText()));
    }

    private String quorumText() {
        if (proposer.rule().needsAll()) {
            return "all managers to found a cluster";
        }
        return proposer.rule().managers().size() == 2
                ? "both managers, or one and most of the attached servers"
                : "most of the managers";
    }

    private void fail(KumoException failure) {
        end();
        done.tryFail(failure);
    }

    private void end() {
        environment.vertx().cancelTimer(repeatTimer);
        environment.vertx().cancelTimer(deadlineTimer);
    }

    private boolean hasEnded() {
        return done.future().isComplete();
    }

    private void advance(Proposer next) {
        if (hasEnded() || next.equals(proposer)) {
            return;
        }
        boolean isNewTurn = !next.ballot().equals(proposer.ballot()) || next.phase() != proposer.phase();
        proposer = next;
        if (next.isDone()) {
            end();
            ClusterTable decided = next.outcome() instanceof Outcome.Committed committed
                    ? committed.table()
                    : ((Outcome.Superseded) next.outcome()).newest();
            done.tryComplete(decided);
        } else if (isNewTurn) {
            turn++;
            asked.clear();
            if (next.isOutbid()) {
                retryLater();
            } else {
                send();
            }
        }
    }

    private void retryLater() {
        int steps = Math.min(attempt++, LONGEST_PAUSE_STEPS);
        long pauseMs = SHORTEST_PAUSE_MS + ThreadLocalRandom.current().nextLong(steps * PAUSE_STEP_MS);
        LOG.debug("outbid version={} ballot={} pauseMs={}", proposer.wanted().version(), proposer.ballot(), pauseMs);
        environment.vertx().setTimer(pauseMs, timer -> advance(proposer.retry()));
    }

    private void send() {
        Optional<Call<?>> request = hasEnded() ? Optional.empty() : proposer.request();
        if (request.isEmpty()) {
            return;
        }
        for (Voter voter : proposer.unanswered()) {
            if (asked.add(voter)) {
                if (request.get() instanceof Prepare prepare) {
                    ask(voter, prepare, acceptor -> acceptor.onPrepare(prepare), this::onPromise);
                } else if (request.get() instanceof Accept accept) {
                    ask(voter, accept, acceptor -> acceptor.onAccept(accept), this::onAccepted);
                }
            }
        }
    }

    private <R extends Message> void ask(
            Voter voter,
            Call<R> request,
            Function<Acceptor, Acceptor.Step<R>> own,
            BiFunction<Voter, R, Verdict> onAnswer) {
        int asOf = turn;
        Future<R> answer = voter.equals(environment.options().self())
                ? environment.runner().run(own)
                : callPeer(voter, request);
        answer.onComplete(result -> environment.context().runOnContext(onLoop -> {
            if (hasEnded()) {
                return;
            }
            Verdict verdict = result.succeeded() ? onAnswer.apply(voter, result.result()) : Verdict.NO_VOTER;
            if (asOf == turn && verdict != Verdict.GRANTED) {
                asked.remove(voter); // once more when the timer ticks
            }
            if (verdict == Verdict.BEHIND) {
                base.ifPresent(table -> bringUp(voter, table));
            }
        }));
    }

    private <R extends Message> Future<R> callPeer(Voter voter, Call<R> request) {
        Optional<HostPort> address = address(voter);
        if (address.isEmpty()) {
            return Future.failedFuture(new KumoException(ErrorCode.NOT_CONNECTED));
        }
        long timeoutMs = environment.options().callTimeoutMs();
        return environment.peers().client(voter, address.get()).call(request, timeoutMs);
    }

    private Optional<HostPort> address(Voter voter) {
        if (voter instanceof ManagerVoter manager) {
            return Optional.of(manager.address());
        }
        return voter instanceof ServerVoter server
                ? base.flatMap(table -> table.server(server.id())).map(info -> info.address())
                : Optional.empty();
    }

    private void bringUp(Voter voter, ClusterTable table) {
        if (!voter.equals(environment.options().self())) {
            address(voter).ifPresent(address -> environment.pusher().pushTo(voter, address, table));
        }
    }

    private Verdict onPromise(Voter from, Promise answer) {
        if (answer.verdict() == Verdict.NEWER) {
            answer.table().ifPresent(environment.learn());
        }
        advance(proposer.onPromise(from, answer));
        return answer.verdict();
    }

    private Verdict onAccepted(Voter from, Accepted answer) {
        answer.newer().ifPresent(environment.learn());
        advance(proposer.onAccepted(from, answer));
        return answer.verdict();
    }
}
