package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.table.Partition;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeaderPropertyTest {
    private static final LeaderOptions OPTIONS = new LeaderOptions(1_000, 20_000, 1_000, 500, 2, 1);

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void losesNothingWhateverHappensAndReachesItsTargetsOnceFaultsStop(int seed) {
        Random random = new Random(~seed);
        ModelCluster cluster = new ModelCluster(seed, OPTIONS);
        int serverCount = 1 + random.nextInt(6);
        for (int id = 1; id <= serverCount; id++) {
            cluster.addServer(id);
        }
        run(cluster, 20);
        cluster.command(new Command.Attach(true, List.of()));
        run(cluster, 20);
        for (int step = 0; step < 120; step++) {
            disturb(cluster, random);
            run(cluster, random.nextInt(12));
        }
        for (ModelServer server : cluster.servers.values()) {
            server.paused = false;
            if (!server.up) {
                server.start();
            }
        }
        run(cluster, 100);
        cluster.command(new Command.SetPaused(false));
        cluster.command(new Command.Attach(true, cluster.drained()));
        cluster.command(new Command.Attach(true, List.of()));
        cluster.command(new Command.Replace());
        for (int ticks = 0; ticks < 3000 && !(ticks > 100 && cluster.isAtRest()); ticks++) {
            cluster.tick();
        }
        assertTrue(cluster.isAtRest(), () -> "no end in sight: " + cluster.committed);
        for (Partition row : cluster.committed.partitions()) {
            assertEquals(new HashSet<>(row.target()), new HashSet<>(row.inSync()), row.toString());
            assertEquals(row.target().get(0), row.inSync().get(0), row.toString());
            assertTrue(row.joining().isEmpty(), row.toString());
            assertEquals(cluster.committed.copiesPossible(), row.target().size());
        }
        assertTrue(
                cluster.committed.servers().stream().allMatch(info -> info.state() == ServerState.ATTACHED),
                () -> cluster.committed.toString());
    }

    private static void run(ModelCluster cluster, int ticks) {
        for (int i = 0; i < ticks; i++) {
            cluster.tick();
        }
    }

    private static void disturb(ModelCluster cluster, Random random) {
        List<ModelServer> all = new ArrayList<>(cluster.servers.values());
        ModelServer one = all.get(random.nextInt(all.size()));
        switch (random.nextInt(15)) {
            case 0 -> all.stream().filter(server -> server.up).forEach(server -> cluster.crash(server, true));
            case 1, 2 -> {
                if (one.up) {
                    cluster.crash(one, random.nextInt(3) == 0);
                }
            }
            case 3, 4, 5, 6 ->
                all.stream()
                        .filter(server -> !server.up && random.nextInt(3) > 0)
                        .forEach(ModelServer::start);
            case 7 -> one.paused = one.up && random.nextBoolean();
            case 8 -> cluster.changeLeader();
            case 9 -> {
                if (all.size() < 7) {
                    cluster.addServer(all.size() + 1);
                }
                cluster.command(new Command.Attach(random.nextInt(3) > 0, List.of()));
            }
            case 10 ->
                cluster.command(new Command.Detach(
                        random.nextBoolean(), random.nextBoolean() ? List.of() : List.of(one.id.toString())));
            case 11 -> cluster.command(new Command.SetPaused(random.nextInt(3) == 0));
            case 12 -> cluster.command(new Command.Drain(List.of(one.id.toString())));
            case 13 -> cluster.command(new Command.ForcePromote(List.of()));
            default -> {
                one.paused = false;
                cluster.command(
                        random.nextBoolean()
                                ? new Command.Replace()
                                : new Command.SetAutoReplace(random.nextBoolean()));
            }
        }
    }
}
