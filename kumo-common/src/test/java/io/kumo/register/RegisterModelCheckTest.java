package io.kumo.register;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.Call;
import io.kumo.register.Proposer.Outcome;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.table.ClusterTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Visits every state that proposers and voters can reach in deciding one version. A request, once sent, may reach any
 * voter at any later time, any number of times; its answer arrives at once or never (an answer that comes late does
 * nothing that one at once, with requests that come late, does not do).
 *
 * <p>A voter answers once its state is on disk, so that one which dies and comes back is one whose answers get lost.
 * One voter may also lose its disk, at any time, once: it then hears of the committed table, asks the others in any
 * order, and votes again when {@link Recovery} lets it; never if another table was decided before it forgot.
 */
class RegisterModelCheckTest {
    private static final int MOST_STATES = 3_000_000;

    @Test
    void twoOfThreeManagersNeverDecideTwice() {
        assertTrue(new Model(3, 0, List.of(2, 1)).explore() > 5_000);
    }

    @Test
    void twoManagersAndThreeServersNeverDecideTwice() {
        assertTrue(new Model(2, 3, List.of(1, 1)).explore() > 5_000);
    }

    @Test
    void twoManagersAndTwoServersNeverDecideTwiceWithRetries() {
        assertTrue(new Model(2, 2, List.of(2, 1)).explore() > 5_000);
    }

    @Test
    void aManagerThatLosesItsDiskNeverUndoesWhatThreeDecided() {
        assertTrue(new Model(3, 0, List.of(1, 1)).withLossOfDisks().explore() > 20_000);
    }

    @Test
    void aVoterThatLosesItsDiskNeverUndoesWhatTwoManagersAndAServerDecided() {
        assertTrue(new Model(2, 1, List.of(1, 1)).withLossOfDisks().explore() > 20_000);
    }

    /**
     * All there is.
     *
     * @param sent numbers of the requests that were sent
     * @param chosen marks of the tables that a quorum accepted in one ballot
     * @param forgot place of the voter that lost its disk, -1 as long as none has
     * @param wasChosen whether a table was chosen before that
     * @param clear answers that it has got
     */
    private record State(
            List<Acceptor> voters,
            List<Proposer> proposers,
            Set<Integer> sent,
            Set<Long> chosen,
            int forgot,
            boolean wasChosen,
            Set<Voter> clear) {
        State with(List<Acceptor> newVoters) {
            return new State(newVoters, proposers, sent, chosen, forgot, wasChosen, clear);
        }
    }

    private static final class Model {
        private final List<Integer> attempts;
        private final List<Call<?>> requests = new ArrayList<>();
        private final Map<String, Integer> numbers = new HashMap<>();
        private final Set<String> seen = new HashSet<>();
        private final Deque<State> open = new ArrayDeque<>();
        private final int managers;
        private final ClusterTable base;
        private final QuorumRule rule;
        private final State first;
        private boolean losesDisks;

        Model(int managers, int servers, List<Integer> attempts) {
            this.managers = managers;
            this.attempts = attempts;
            base = Tables.table(1, managers, servers);
            rule = QuorumRule.of(base);
            List<Acceptor> voters = new ArrayList<>();
            for (int i = 1; i <= managers; i++) {
                voters.add(Tables.acceptor(Tables.managerVoter(i), base));
            }
            for (int i = 1; i <= servers; i++) {
                voters.add(Tables.acceptor(Tables.serverVoter(i), base));
            }
            List<Proposer> proposers = new ArrayList<>();
            for (int i = 1; i <= attempts.size(); i++) {
                proposers.add(Proposer.start(base, Tables.next(base, i), Tables.manager(i), i));
            }
            Set<Integer> sent = new HashSet<>();
            proposers.forEach(proposer -> sent.add(number(proposer.request().orElseThrow())));
            first = new State(voters, proposers, sent, Set.of(), -1, false, Set.of());
        }

        Model withLossOfDisks() {
            losesDisks = true;
            return this;
        }

        int explore() {
            push(first);
            while (!open.isEmpty()) {
                State state = open.poll();
                for (int number : state.sent()) {
                    for (int voter = 0; voter < state.voters().size(); voter++) {
                        deliver(state, requests.get(number), voter);
                    }
                }
                for (int i = 0; i < attempts.size(); i++) {
                    Proposer proposer = state.proposers().get(i);
                    if (!proposer.isDone() && proposer.ballot().counter() < attempts.get(i)) {
                        push(with(state, i, proposer.retry()));
                    }
                }
                if (losesDisks) {
                    loseDisks(state);
                }
                assertTrue(seen.size() < MOST_STATES, "no end in sight");
            }
            return seen.size();
        }

        private void loseDisks(State state) {
            if (state.forgot() < 0) {
                for (int i = 0; i < state.voters().size(); i++) {
                    AcceptorState blank = i < managers ? AcceptorState.BLANK : AcceptorState.FORGOTTEN;
                    Acceptor voter = state.voters().get(i);
                    if (voter.state().promised().equals(Ballot.NONE)) {
                        continue; // it has nothing to forget
                    }
                    List<Acceptor> voters = new ArrayList<>(state.voters());
                    voters.set(i, new Acceptor(voter.self(), voter.managers(), blank).onCommitted(base));
                    boolean wasChosen = !state.chosen().isEmpty();
                    push(new State(voters, state.proposers(), state.sent(), state.chosen(), i, wasChosen, Set.of()));
                }
                return;
            }
            Acceptor lost = state.voters().get(state.forgot());
            if (!lost.isLost()) {
                return;
            }
            Recovery round = new Recovery(lost.self(), base, 1, state.clear(), Optional.empty());
            for (Acceptor other : state.voters()) {
                Recovery next = round.onLearned(
                        other.self(), other.onLearn(new RegisterMessages.Learn(1, base.version(), true)));
                if (!next.clear().equals(state.clear())) {
                    push(new State(
                            state.voters(),
                            state.proposers(),
                            state.sent(),
                            state.chosen(),
                            state.forgot(),
                            state.wasChosen(),
                            next.clear()));
                }
            }
            if (round.isComplete()) {
                assertFalse(state.wasChosen(), "votes again, though it may have voted on what follows");
                List<Acceptor> voters = new ArrayList<>(state.voters());
                voters.set(state.forgot(), lost.recovered(base.version()));
                push(state.with(voters));
            }
        }

        private void deliver(State state, Call<?> request, int voter) {
            Acceptor before = state.voters().get(voter);
            if (request instanceof Prepare prepare) {
                Acceptor.Step<RegisterMessages.Promise> step = before.onPrepare(prepare);
                int by = proposerOf(state, prepare.ballot());
                Proposer proposer = state.proposers().get(by);
                push(state, voter, step.next(), by, proposer.onPromise(before.self(), step.answer()));
            } else if (request instanceof Accept accept) {
                Acceptor.Step<RegisterMessages.Accepted> step = before.onAccept(accept);
                int by = proposerOf(state, accept.ballot());
                Proposer proposer = state.proposers().get(by);
                push(state, voter, step.next(), by, proposer.onAccepted(before.self(), step.answer()));
            }
        }

        /** The voter's answer gets lost, or arrives. */
        @SuppressWarnings("ReferenceEquality") // an input that changes nothing returns the same proposer
        private void push(State state, int voter, Acceptor nextVoter, int by, Proposer nextProposer) {
            AcceptorState before = state.voters().get(voter).state();
            AcceptorState after = nextVoter.state();
            boolean isSame = after.promised().equals(before.promised())
                    && name(after.accepted()).equals(name(before.accepted()));
            State lost = isSame ? state : with(state, voter, nextVoter);
            if (!isSame) {
                push(lost);
            }
            if (nextProposer != state.proposers().get(by)) {
                push(with(lost, by, nextProposer));
            }
        }

        private static int proposerOf(State state, Ballot ballot) {
            for (int i = 0; i < state.proposers().size(); i++) {
                if (state.proposers().get(i).ballot().life() == ballot.life()) {
                    return i;
                }
            }
            throw new IllegalStateException("nobody's ballot");
        }

        private void push(State state) {
            if (!seen.add(key(state))) {
                return;
            }
            Set<Long> decided = new HashSet<>(state.chosen());
            for (Proposer proposer : state.proposers()) {
                if (proposer.outcome() instanceof Outcome.Committed committed) {
                    decided.add(committed.table().plannedMoves());
                }
            }
            assertTrue(decided.size() <= 1, () -> "decided twice: " + decided);
            open.add(state);
        }

        private State with(State state, int voter, Acceptor next) {
            List<Acceptor> voters = new ArrayList<>(state.voters());
            voters.set(voter, next);
            Set<Long> chosen = new HashSet<>(state.chosen());
            next.state()
                    .accepted()
                    .filter(vote -> isChosen(voters, vote))
                    .ifPresent(vote -> chosen.add(vote.table().plannedMoves()));
            return new State(
                    voters, state.proposers(), state.sent(), chosen, state.forgot(), state.wasChosen(), state.clear());
        }

        private boolean isChosen(List<Acceptor> voters, Proposal vote) {
            return rule.isQuorum(voters.stream()
                    .filter(voter -> voter.state()
                            .accepted()
                            .filter(other -> other.ballot().equals(vote.ballot()))
                            .isPresent())
                    .map(Acceptor::self)
                    .toList());
        }

        private State with(State state, int index, Proposer next) {
            List<Proposer> proposers = new ArrayList<>(state.proposers());
            proposers.set(index, next);
            Optional<Call<?>> request = next.request();
            Set<Integer> sent = new HashSet<>(state.sent());
            request.ifPresent(call -> sent.add(number(call)));
            return new State(
                    state.voters(), proposers, sent, state.chosen(), state.forgot(), state.wasChosen(), state.clear());
        }

        private int number(Call<?> request) {
            String name = request instanceof Prepare prepare
                    ? name(prepare.ballot())
                    : name(((Accept) request).ballot()) + "="
                            + ((Accept) request).table().plannedMoves();
            return numbers.computeIfAbsent(name, added -> {
                requests.add(request);
                return requests.size() - 1;
            });
        }

        /** Servers are alike: states that differ only in which server is which are one. */
        private String key(State state) {
            StringBuilder key = new StringBuilder(96);
            List<String> servers = new ArrayList<>();
            for (int i = 0; i < state.voters().size(); i++) {
                Acceptor voter = state.voters().get(i);
                String column =
                        name(voter.state().promised()) + name(voter.state().accepted());
                for (Proposer proposer : state.proposers()) {
                    column += proposer.granted().contains(voter.self()) ? '+' : '-';
                }
                if (state.forgot() >= 0) {
                    column += (state.forgot() == i ? "f" : "")
                            + (state.clear().contains(voter.self()) ? "c" : "")
                            + voter.state().votesFrom();
                }
                if (i < managers) {
                    key.append(column).append('|');
                } else {
                    servers.add(column);
                }
            }
            servers.sort(null);
            key.append(servers);
            for (Proposer proposer : state.proposers()) {
                key.append(proposer.ballot().counter())
                        .append(proposer.phase().name())
                        .append(proposer.highestCounter())
                        .append(name(proposer.voted()))
                        .append(
                                proposer.outcome() instanceof Outcome.Committed committed
                                        ? committed.table().plannedMoves()
                                        : 0);
            }
            long sent = 0;
            for (int number : state.sent()) {
                sent |= 1L << number;
            }
            return key.append(sent)
                    .append(state.chosen())
                    .append(state.wasChosen())
                    .toString();
        }

        private static String name(Ballot ballot) {
            return ballot.counter() + "." + ballot.life() + ",";
        }

        private static String name(Optional<Proposal> proposal) {
            return proposal.isEmpty()
                    ? "-"
                    : name(proposal.get().ballot()) + proposal.get().table().plannedMoves();
        }
    }
}
