package io.kumo.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every {@link Scenario} once, one after the other on the same cluster, in an order from a seed; with
 * {@code -Dkumo.chaos=SECONDS} at random for so long, on clusters of several shapes. {@code -Dkumo.seed=N} repeats an
 * order, {@code -Dkumo.scenarios=NAME,NAME} runs only these. After a failure the directory with all logs stays.
 */
@Tag("alone")
class FaultsIT {
    private static final int CLIENTS_EACH = 3;
    private static final int SCENARIOS_ON_A_CLUSTER = 12;
    private static final long CHAOS_S = Long.getLong("kumo.chaos", 0);
    private static final long SEED =
            Long.getLong("kumo.seed", CHAOS_S == 0 ? 1 : System.currentTimeMillis() % 1_000_000);
    private static final String ONLY = System.getProperty("kumo.scenarios", "");

    private static final Random RANDOM = new Random(SEED);
    private static final Shape USUAL = new Shape(2, 3, 2);
    private static final List<Shape> SHAPES =
            List.of(USUAL, new Shape(1, 3, 2), new Shape(2, 6, 2), new Shape(1, 6, 2), new Shape(3, 3, 2));

    private record Shape(int managers, int servers, int gateways) {}

    private static ProcessCluster cluster;
    private static Path directory;
    private static int played;

    @TestFactory
    Stream<DynamicTest> clientsSeeAPauseAtMost() {
        System.out.println("the order is that of -Dkumo.seed=" + SEED);
        List<Scenario> scenarios = new ArrayList<>(
                ONLY.isEmpty()
                        ? List.of(Scenario.values())
                        : Stream.of(ONLY.split(",")).map(Scenario::valueOf).toList());
        Collections.shuffle(scenarios, RANDOM);
        if (CHAOS_S == 0) {
            return scenarios.stream().map(scenario -> test(scenario, USUAL));
        }
        long endNs = System.nanoTime() + CHAOS_S * 1_000_000_000L;
        return Stream.generate(() -> scenarios.get(RANDOM.nextInt(scenarios.size())))
                .takeWhile(next -> System.nanoTime() < endNs)
                .map(next -> test(next, SHAPES.get(RANDOM.nextInt(SHAPES.size()))));
    }

    /** On the cluster that is there, if it did not fail; its shape is that of a new one only. */
    private static DynamicTest test(Scenario scenario, Shape shape) {
        return DynamicTest.dynamicTest(scenario + " -Dkumo.seed=" + SEED, () -> {
            if (cluster == null) {
                directory = Files.createTempDirectory("kumo-faults");
                System.out.println(shape + " in " + directory);
                cluster = ProcessCluster.running(directory, shape.managers, shape.servers, shape.gateways);
                played = 0;
            }
            boolean isWell = false;
            try {
                scenario.run(cluster, CLIENTS_EACH, RANDOM);
                isWell = true;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(scenario + " failed; logs are in " + directory + ": " + e.getMessage(), e);
            } finally {
                if (!isWell || (++played == SCENARIOS_ON_A_CLUSTER && CHAOS_S > 0)) {
                    end(isWell);
                }
            }
        });
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            end(true);
        }
    }

    private static void end(boolean isWell) {
        cluster.close();
        cluster = null;
        if (isWell) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
