package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Linearizability.Operation;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One partition on five servers while everything goes wrong, from a seed. {@code -Dseeds=N -Dfirst=N} for more. */
class ReplicaSimulationTest {
    static LongStream seeds() {
        long first = Long.getLong("first", 1);
        return LongStream.range(first, first + Long.getLong("seeds", 200));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isLinearizableAndLosesNothing(long seed) {
        SimWorld world = new SimWorld(seed, 5);
        try {
            run(world);
        } catch (RuntimeException | Error e) {
            if (Boolean.getBoolean("trace")) {
                world.trace.forEach(System.out::println);
            }
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    private static void run(SimWorld world) {
        world.servers.forEach(SimServer::start);
        world.leader.birth();
        long end = 14 * SimWorld.SEC;
        for (int i = 0; i < 3; i++) {
            SimClient client = new SimClient(world, i);
            world.clients.add(client);
            world.after(SimWorld.SEC, () -> client.start(end, 3));
        }
        SimFaults faults = new SimFaults(world);
        world.after(2 * SimWorld.SEC, faults::next);
        world.run(end);
        world.heal();
        world.run(end + 12 * SimWorld.SEC);
        world.clients.forEach(client -> assertTrue(client.isIdle(), "operations hang"));
        world.clients.forEach(SimClient::readAll);
        world.run(end + 14 * SimWorld.SEC);
        world.clients.forEach(client -> assertTrue(client.isIdle(), "operations hang"));
        checkCopies(world);
        checkHistory(world);
    }

    private static void checkCopies(SimWorld world) {
        Partition row = world.table().partition(0);
        assertEquals(3, row.inSync().size(), () -> "copies in sync: " + row);
        SimServer primary = world.server(row.inSync().get(0));
        Map<Bytes, LogEntry> expected = primary.content();
        for (ServerId id : row.inSync()) {
            SimServer copy = world.server(id);
            assertEquals(
                    primary.replica().data().lastSeq(), copy.replica().data().committedSeq(), "committed at " + id);
            Map<Bytes, LogEntry> content = copy.content();
            assertEquals(expected.keySet(), content.keySet());
            content.forEach((key, entry) -> {
                assertEquals(expected.get(key).seq(), entry.seq());
                assertEquals(expected.get(key).value(), entry.value());
            });
        }
    }

    private static void checkHistory(SimWorld world) {
        int answered = 0;
        for (SimClient client : world.clients) {
            answered += client.answered;
        }
        assertTrue(answered > 20, "only " + answered + " answers");
        for (String key : SimClient.KEYS) {
            List<Operation> history = new ArrayList<>();
            for (SimClient client : world.clients) {
                history.addAll(client.history.get(key));
            }
            if (!Linearizability.isLinearizable(history)) {
                history.sort((a, b) -> Long.compare(a.calledAt, b.calledAt));
                throw new AssertionError("not linearizable: " + key + "\n"
                        + String.join(
                                "\n", history.stream().map(Operation::toString).toList()));
            }
        }
        if (Boolean.getBoolean("figures")) {
            SimInvariants seen = world.invariants;
            System.out.println("seed " + world.seed + ": answers " + answered + " tables "
                    + world.table().version() + " activations " + seen.activations + " joins " + seen.joins + " copies "
                    + seen.copies + " undone " + seen.undone + " seq " + seen.acknowledgedSeq());
        }
    }
}
