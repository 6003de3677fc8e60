package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole kumo in one thread, from a seed, while everything goes wrong. {@code -Dsim.seeds=N -Dsim.first=N} for other
 * seeds; a failure says how to run its seed alone, and where its trace is.
 */
class SimulationTest {
    private static final int TRACE_LINES = 400_000;
    private static final int LINES_SHOWN = 60;

    static LongStream seeds() {
        long first = Long.getLong("sim.first", 1);
        return LongStream.range(first, first + Long.getLong("sim.seeds", 300));
    }

    @Test
    void losesNothingAndServesAgain() {
        Map<String, Integer> counts = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        boolean isVerbose = Boolean.getBoolean("sim.verbose");
        seeds().forEach(seed -> {
            Simulation run = new Simulation(seed, 0);
            long beganNs = System.nanoTime();
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                failures.add(describe(seed, e));
                if (failures.size() >= Integer.getInteger("sim.failures", 1)) {
                    throw new AssertionError(String.join("\n", failures), e);
                }
            }
            run.cluster().invariants().counts().forEach((what, count) -> counts.merge(what, count, Integer::sum));
            if (isVerbose) {
                System.out.printf(
                        "seed %d: %s, %d events, %d ms%n",
                        seed, run.cluster(), run.cluster().time().events(), (System.nanoTime() - beganNs) / 1_000_000);
            }
        });
        if (isVerbose) {
            System.out.println(counts);
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n", failures));
        }
    }

    @ParameterizedTest
    @MethodSource("few")
    void theSameSeedIsTheSameRun(long seed) {
        assertEquals(hashOf(seed), hashOf(seed));
    }

    static LongStream few() {
        return LongStream.rangeClosed(1, 5);
    }

    private static long hashOf(long seed) {
        Simulation run = new Simulation(seed, 0);
        run.run();
        return run.trace().hash();
    }

    /** Runs it once more to get its trace. */
    private static String describe(long seed, Throwable failure) {
        Simulation again = new Simulation(seed, TRACE_LINES);
        String difference = "";
        try {
            again.run();
            difference = " (not when it was run once more!)";
        } catch (RuntimeException | AssertionError e) {
            difference = String.valueOf(e.getMessage()).equals(String.valueOf(failure.getMessage()))
                    ? ""
                    : " (then, once more: " + e.getMessage() + ")";
        }
        List<String> lines = again.trace().lines();
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "kumo-sim-" + seed + ".txt");
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            file = Path.of("(not written: " + e + ")");
        }
        List<String> shown = lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
        return "seed " + seed + ": " + failure + difference + "\nreplay: ./mvnw -pl packaging -am verify -DskipITs"
                + " -Dsim.seeds=1 -Dsim.first=" + seed + "\ntrace: " + file + ", ends with\n"
                + (Boolean.getBoolean("sim.brief") ? "" : String.join("\n", shown));
    }
}
