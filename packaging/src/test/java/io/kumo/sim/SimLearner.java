package io.kumo.sim;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.register.Acceptor.Step;
import io.kumo.register.Proposal;
import io.kumo.register.QuorumRule;
import io.kumo.register.Recovery;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import java.util.Optional;
import java.util.function.Consumer;

/** How a manager that lost its directory comes to vote again: what Learner does, a round each second. */
final class SimLearner {
    private static final long ROUND = SimTime.SECOND;
    private static final long CALL_TIMEOUT_MS = 1_000;

    private final SimProcess process;
    private final SimLinks links;
    private final SimVoter voter;
    private Optional<Recovery> recovery = Optional.empty();
    private Optional<Proposal> accepted = Optional.empty();
    private boolean wasInDoubt;

    SimLearner(SimProcess process, SimLinks links, SimVoter voter) {
        this.process = process;
        this.links = links;
        this.voter = voter;
    }

    void start() {
        process.every(ROUND, this::round);
    }

    private void round() {
        Optional<ClusterTable> known = voter.acceptor().state().committed();
        if (known.isEmpty()) {
            return; // SimManager asks
        }
        if (voter.acceptor().isLost()) {
            recover(known.get());
        } else if (known.get().version() < voter.acceptor().state().votesFrom()) {
            askForAVersion(known.get());
        } else if (isUndecided()) {
            voter.wantVersion();
            askForAVersion(known.get());
        }
    }

    private boolean isUndecided() {
        Optional<Proposal> before = accepted;
        accepted = voter.acceptor().state().accepted();
        return accepted.isPresent() && accepted.equals(before);
    }

    private void askForAVersion(ClusterTable known) {
        Learn question = new Learn(nonce(), known.version(), true);
        for (HostPort manager : known.managers()) {
            ask(
                    new ManagerVoter(manager),
                    known,
                    question,
                    answer -> answer.newer().ifPresent(voter::offer));
        }
    }

    private void recover(ClusterTable known) {
        Recovery begun = Recovery.start(voter.acceptor().self(), known, nonce());
        recovery = Optional.of(begun);
        Learn question = new Learn(begun.nonce(), known.version(), wasInDoubt);
        wasInDoubt = false;
        for (Voter other : QuorumRule.of(known).voters()) {
            ask(other, known, question, answer -> onLearned(other, answer));
        }
    }

    private void onLearned(Voter from, Learned answer) {
        wasInDoubt |= answer.inDoubt();
        recovery = recovery.map(round -> round.onLearned(from, answer));
        if (recovery.isEmpty()) {
            return;
        }
        Recovery now = recovery.get();
        if (now.newest().isPresent()) {
            recovery = Optional.empty();
            voter.offer(now.newest().get());
        } else if (now.isComplete()) {
            recovery = Optional.empty();
            process.time()
                    .trace()
                    .say(process + " votes again on what follows "
                            + (now.known().version() + 1));
            voter.run(at -> new Step<>(at.recovered(now.known().version()), true), done -> round());
        }
    }

    private void ask(Voter whom, ClusterTable known, Learn question, Consumer<Learned> onAnswer) {
        Optional<HostPort> address = address(whom, known);
        if (address.isPresent() && !whom.equals(voter.acceptor().self())) {
            links.to(address.get()).call(question, CALL_TIMEOUT_MS, new SimClient.Result<>() {
                @Override
                public void ok(Learned result) {
                    onAnswer.accept(result);
                }

                @Override
                public void fail(ErrorCode code, long tableVersion) {}
            });
        }
    }

    private static Optional<HostPort> address(Voter voter, ClusterTable known) {
        if (voter instanceof ManagerVoter manager) {
            return Optional.of(manager.address());
        }
        return voter instanceof ServerVoter server
                ? known.server(server.id()).map(info -> info.address())
                : Optional.empty();
    }

    private long nonce() {
        return process.time().random().nextLong();
    }
}
