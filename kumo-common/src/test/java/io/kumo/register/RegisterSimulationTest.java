package io.kumo.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.register.Proposer.Outcome;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Managers that all propose at will, servers that vote, and a network that loses, repeats and reorders; processes die
 * and come back with what they persisted, and now and then a manager comes back with an empty directory.
 */
class RegisterSimulationTest {
    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void atMostOneTablePerVersionAndProgressOnceFaultsStop(int seed) {
        Cluster cluster = new Cluster(seed);
        cluster.run(2_500, true);
        long reached = cluster.newest();
        cluster.heal();
        cluster.run(6_000, false);
        assertTrue(
                cluster.newest() > reached,
                () -> "no progress without faults: " + cluster.managerCount + " managers, version " + reached);
        cluster.nodes.values().stream()
                .filter(node -> node.self instanceof ManagerVoter)
                .forEach(node -> assertTrue(node.acceptor.votes(), () -> node.self + " never votes again"));
    }

    private record Envelope(Voter from, Voter to, Object body) {}

    private static final class Node {
        final Voter self;
        Acceptor acceptor;
        long life;
        boolean isUp = true;
        Optional<Proposer> proposer = Optional.empty();
        Optional<Recovery> recovery = Optional.empty();

        Node(Voter self, Acceptor acceptor, long life) {
            this.self = self;
            this.acceptor = acceptor;
            this.life = life;
        }
    }

    private static final class Cluster {
        private static final int MOST_IN_FLIGHT = 400;

        final Random random;
        final int managerCount;
        final int serverCount;
        final Map<Voter, Node> nodes = new LinkedHashMap<>();
        final Map<Long, ClusterTable> decided = new HashMap<>();
        final List<Envelope> network = new ArrayList<>();
        long counter = 100;
        boolean hasFaults;

        Cluster(int seed) {
            random = new Random(seed);
            managerCount = List.of(1, 2, 2, 3, 5).get(random.nextInt(5));
            serverCount = 1 + random.nextInt(5);
            for (int i = 1; i <= managerCount; i++) {
                add(Tables.managerVoter(i));
            }
            for (int i = 1; i <= serverCount; i++) {
                add(Tables.serverVoter(i));
            }
        }

        private void add(Voter self) {
            nodes.put(self, new Node(self, Tables.blank(self, managerCount), counter++));
        }

        long newest() {
            return decided.keySet().stream().mapToLong(version -> version).max().orElse(0);
        }

        void heal() {
            for (Node node : nodes.values()) {
                node.isUp = true;
                node.proposer = Optional.empty(); // deadlines end what followers still propose
            }
        }

        void run(int steps, boolean withFaults) {
            hasFaults = withFaults;
            for (int i = 0; i < steps; i++) {
                step();
            }
        }

        private void step() {
            int dice = random.nextInt(100);
            if (dice < 75 && !network.isEmpty()) {
                deliverOne();
            } else if (dice < 92) {
                act(pick());
            } else if (hasFaults) {
                fault(pick());
            }
        }

        private Node pick() {
            return new ArrayList<>(nodes.values()).get(random.nextInt(nodes.size()));
        }

        private void fault(Node node) {
            if (!node.isUp) {
                node.isUp = true;
                return;
            }
            node.isUp = random.nextInt(3) == 0;
            node.proposer = Optional.empty();
            node.recovery = Optional.empty();
            node.life = counter++;
            if (random.nextInt(3) == 0 && mayLoseItsDirectory(node)) {
                node.acceptor = Tables.blank(node.self, managerCount);
            }
        }

        /** One manager at a time, and only once there are servers attached: two managers can't do without one else. */
        private boolean mayLoseItsDirectory(Node node) {
            return node.self instanceof ManagerVoter
                    && managerCount > 1
                    && nodes.values().stream()
                            .filter(other -> other.self instanceof ManagerVoter)
                            .allMatch(other -> other.acceptor.state().base() > 1 && other.acceptor.votes());
        }

        private void deliverOne() {
            int index = random.nextInt(network.size());
            Envelope envelope = network.get(index);
            boolean isRepeated = hasFaults && random.nextInt(10) == 0 && network.size() < MOST_IN_FLIGHT;
            if (!isRepeated) {
                network.set(index, network.get(network.size() - 1));
                network.remove(network.size() - 1);
            }
            Node to = nodes.get(envelope.to());
            if (to.isUp && !(hasFaults && random.nextInt(8) == 0)) {
                receive(to, envelope);
            }
        }

        private void send(Voter from, Voter to, Object body) {
            if (network.size() < MOST_IN_FLIGHT) {
                network.add(new Envelope(from, to, body));
            }
        }

        private void receive(Node node, Envelope envelope) {
            Object body = envelope.body();
            if (body instanceof Prepare prepare) {
                Acceptor.Step<Promise> step = node.acceptor.onPrepare(prepare);
                node.acceptor = step.next();
                send(node.self, envelope.from(), step.answer());
            } else if (body instanceof Accept accept) {
                Acceptor.Step<Accepted> step = node.acceptor.onAccept(accept);
                node.acceptor = step.next();
                send(node.self, envelope.from(), step.answer());
            } else if (body instanceof Committed committed) {
                learn(node, committed.table());
            } else if (body instanceof Learn learn) {
                send(node.self, envelope.from(), node.acceptor.onLearn(learn));
            } else {
                receiveAnswer(node, envelope.from(), body);
            }
        }

        private void receiveAnswer(Node node, Voter from, Object body) {
            if (body instanceof Promise promise) {
                if (promise.verdict() == Verdict.BEHIND) {
                    node.acceptor.state().committed().ifPresent(table -> send(node.self, from, new Committed(table)));
                }
                if (promise.verdict() == Verdict.NEWER) {
                    learn(node, promise.table().orElseThrow());
                }
                node.proposer = node.proposer.map(proposer -> proposer.onPromise(from, promise));
            } else if (body instanceof Accepted accepted) {
                accepted.newer().ifPresent(table -> learn(node, table));
                node.proposer = node.proposer.map(proposer -> proposer.onAccepted(from, accepted));
            } else if (body instanceof Learned learned) {
                learned.newer().ifPresent(table -> learn(node, table));
                node.recovery = node.recovery.map(recovery -> recovery.onLearned(from, learned));
                node.recovery.filter(Recovery::isComplete).ifPresent(recovery -> {
                    node.acceptor = node.acceptor.recovered(recovery.known().version());
                    node.recovery = Optional.empty();
                });
            }
            conclude(node);
        }

        private void conclude(Node node) {
            if (node.proposer.isEmpty() || !node.proposer.get().isDone()) {
                return;
            }
            Outcome outcome = node.proposer.get().outcome();
            node.proposer = Optional.empty();
            if (outcome instanceof Outcome.Committed committed) {
                learn(node, committed.table());
                nodes.keySet().forEach(to -> send(node.self, to, new Committed(committed.table())));
            }
        }

        private void learn(Node node, ClusterTable table) {
            ClusterTable before = decided.putIfAbsent(table.version(), table);
            assertEquals(before == null ? table : before, table, "two tables of one version");
            long known = node.acceptor.state().base();
            node.acceptor = node.acceptor.onCommitted(table);
            assertTrue(node.acceptor.state().base() >= known, "a version went back");
            node.proposer = node.proposer.map(proposer -> proposer.onCommitted(table));
            conclude(node);
        }

        private void act(Node node) {
            if (!node.isUp) {
                return;
            }
            if (node.acceptor.isLost()) {
                recover(node);
            }
            if (!(node.self instanceof ManagerVoter manager)) {
                return;
            }
            if (node.proposer.isEmpty()) {
                // Without faults one manager leads, as the real ones do by their view.
                if (random.nextInt(2) == 0 && (hasFaults || manager.equals(Tables.managerVoter(1)))) {
                    node.proposer = propose(manager, node);
                }
            } else if (random.nextInt(6) == 0) {
                node.proposer = node.proposer.map(Proposer::retry);
            }
            node.proposer.ifPresent(proposer -> proposer.request()
                    .ifPresent(request -> proposer.unanswered().forEach(to -> send(node.self, to, request))));
        }

        private Optional<Proposer> propose(ManagerVoter manager, Node node) {
            Optional<ClusterTable> committed = node.acceptor.state().committed();
            if (committed.isEmpty()) {
                ClusterTable birth = Tables.marked(1, managerCount, 0, counter++);
                return Optional.of(Proposer.startFounding(birth, manager.address(), node.life));
            }
            ClusterTable next = Tables.withServers(committed.get(), counter++, someServers());
            return Optional.of(Proposer.start(committed.get(), next, manager.address(), node.life));
        }

        private List<ServerInfo> someServers() {
            List<ServerInfo> servers = new ArrayList<>();
            for (int i = 1; i <= serverCount; i++) {
                int dice = random.nextInt(10);
                if (i == 1 || dice < 8) {
                    servers.add(Tables.server(i, i == 1 || dice < 6 ? ServerState.ATTACHED : ServerState.FAULT));
                }
            }
            return servers;
        }

        private void recover(Node node) {
            ClusterTable known = node.acceptor.state().committed().orElseThrow();
            if (node.recovery.isEmpty() || random.nextInt(4) == 0) {
                node.recovery = Optional.of(Recovery.start(node.self, known, counter++));
            }
            Learn learn = new Learn(node.recovery.get().nonce(), known.version(), true);
            QuorumRule.of(known).voters().stream()
                    .filter(voter -> !voter.equals(node.self))
                    .forEach(voter -> send(node.self, voter, learn));
        }
    }
}
