package io.kumo.register;

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

    private record State(List<Acceptor> voters, List<Proposer> proposers, Set<Integer> sent) {}

    private static final class Model {
        private final List<Integer> attempts;
        private final List<Call<?>> requests = new ArrayList<>();
        private final Map<String, Integer> numbers = new HashMap<>();
        private final Set<String> seen = new HashSet<>();
        private final Deque<State> open = new ArrayDeque<>();
        private final int managers;
        private final State first;

        Model(int managers, int servers, List<Integer> attempts) {
            this.managers = managers;
            this.attempts = attempts;
            ClusterTable base = Tables.table(1, managers, servers);
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
            first = new State(voters, proposers, sent);
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
                assertTrue(seen.size() < MOST_STATES, "no end in sight");
            }
            return seen.size();
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
            Set<Long> decided = new HashSet<>();
            for (Proposer proposer : state.proposers()) {
                if (proposer.outcome() instanceof Outcome.Committed committed) {
                    decided.add(committed.table().plannedMoves());
                }
            }
            assertTrue(decided.size() <= 1, () -> "decided twice: " + decided);
            open.add(state);
        }

        private static State with(State state, int voter, Acceptor next) {
            List<Acceptor> voters = new ArrayList<>(state.voters());
            voters.set(voter, next);
            return new State(voters, state.proposers(), state.sent());
        }

        private State with(State state, int index, Proposer next) {
            List<Proposer> proposers = new ArrayList<>(state.proposers());
            proposers.set(index, next);
            Optional<Call<?>> request = next.request();
            if (request.isEmpty() || state.sent().contains(number(request.get()))) {
                return new State(state.voters(), proposers, state.sent());
            }
            Set<Integer> sent = new HashSet<>(state.sent());
            sent.add(number(request.get()));
            return new State(state.voters(), proposers, sent);
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
            return key.append(sent).toString();
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
