package io.kumo.sim;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.register.Acceptor;
import io.kumo.register.Acceptor.Step;
import io.kumo.register.Proposer;
import io.kumo.register.Proposer.Outcome;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.register.Verdict;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** One proposal from its first request to its outcome or its deadline, as ProposalRun does it. */
final class SimProposal {
    private static final long REPEAT = 100 * SimTime.MS;
    private static final long DEADLINE = 5 * SimTime.SECOND;
    private static final long CALL_TIMEOUT_MS = 1_000;

    private final SimProcess process;
    private final SimLinks links;
    private final SimVoter own;
    private final Optional<ClusterTable> base;
    private final Consumer<Optional<ClusterTable>> onEnd;
    private final Set<Voter> asked = new HashSet<>();
    private Proposer proposer;
    private boolean hasEnded;
    private int turn;

    /** @param onEnd gets the table that was decided; nothing if the deadline passed */
    SimProposal(
            SimProcess process,
            SimLinks links,
            SimVoter own,
            Optional<ClusterTable> base,
            Proposer proposer,
            Consumer<Optional<ClusterTable>> onEnd) {
        this.process = process;
        this.links = links;
        this.own = own;
        this.base = base;
        this.proposer = proposer;
        this.onEnd = onEnd;
    }

    void start() {
        process.after(DEADLINE, () -> end(Optional.empty()));
        repeat();
    }

    private void repeat() {
        if (!hasEnded) {
            send();
            process.after(REPEAT, this::repeat);
        }
    }

    void onCommitted(ClusterTable table) {
        advance(proposer.onCommitted(table));
    }

    private void end(Optional<ClusterTable> decided) {
        if (!hasEnded) {
            hasEnded = true;
            onEnd.accept(decided);
        }
    }

    @SuppressWarnings("ReferenceEquality") // an input that changes nothing returns the same proposer
    private void advance(Proposer next) {
        if (hasEnded || next == proposer) {
            return;
        }
        boolean isNewTurn = !next.ballot().equals(proposer.ballot()) || next.phase() != proposer.phase();
        proposer = next;
        if (next.isDone()) {
            end(Optional.of(
                    next.outcome() instanceof Outcome.Committed committed
                            ? committed.table()
                            : ((Outcome.Superseded) next.outcome()).newest()));
        } else if (isNewTurn) {
            turn++;
            asked.clear();
            if (next.isOutbid()) {
                long pauseNs = process.time().between(10 * SimTime.MS, 400 * SimTime.MS);
                process.after(pauseNs, () -> advance(proposer.retry()));
            } else {
                send();
            }
        }
    }

    private void send() {
        Optional<Call<?>> request = hasEnded ? Optional.empty() : proposer.request();
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
            Voter voter, Call<R> request, Function<Acceptor, Step<R>> ownStep, BiFunction<Voter, R, Verdict> onAnswer) {
        int asOf = turn;
        if (voter.equals(own.acceptor().self())) {
            own.run(
                    ownStep,
                    answer -> onAnswer(voter, asOf, hasEnded ? Verdict.NO_VOTER : onAnswer.apply(voter, answer)));
            return;
        }
        Optional<HostPort> address = address(voter);
        if (address.isEmpty()) {
            return;
        }
        links.to(address.get()).call(request, CALL_TIMEOUT_MS, new SimClient.Result<R>() {
            @Override
            public void ok(R answer) {
                if (!hasEnded) {
                    onAnswer(voter, asOf, onAnswer.apply(voter, answer));
                }
            }

            @Override
            public void fail(ErrorCode code, long tableVersion) {
                onAnswer(voter, asOf, Verdict.NO_VOTER);
            }
        });
    }

    private void onAnswer(Voter voter, int asOf, Verdict verdict) {
        if (asOf == turn && verdict != Verdict.GRANTED) {
            asked.remove(voter); // once more when the timer ticks
        }
        if (verdict == Verdict.BEHIND && base.isPresent()) {
            address(voter).ifPresent(to -> links.to(to).call(new Committed(base.get()), CALL_TIMEOUT_MS, ignored()));
        }
    }

    static <R> SimClient.Result<R> ignored() {
        return new SimClient.Result<>() {
            @Override
            public void ok(R result) {}

            @Override
            public void fail(ErrorCode code, long tableVersion) {}
        };
    }

    private Optional<HostPort> address(Voter voter) {
        if (voter instanceof ManagerVoter manager) {
            return Optional.of(manager.address());
        }
        return voter instanceof ServerVoter server
                ? base.flatMap(table -> table.server(server.id())).map(info -> info.address())
                : Optional.empty();
    }

    private Verdict onPromise(Voter from, Promise answer) {
        if (answer.verdict() == Verdict.NEWER) {
            answer.table().ifPresent(own::offer);
        }
        advance(proposer.onPromise(from, answer));
        return answer.verdict();
    }

    private Verdict onAccepted(Voter from, Accepted answer) {
        answer.newer().ifPresent(own::offer);
        advance(proposer.onAccepted(from, answer));
        return answer.verdict();
    }
}
