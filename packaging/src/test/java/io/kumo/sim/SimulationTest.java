package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A whole kumo in one thread, from a seed, while everything goes wrong. {@code -Dsim.seeds=N -Dsim.first=N} for other
 * seeds; a failure says how to run its seed alone, and where its trace is.
 */
class SimulationTest {
    private static final long FIRST = Long.getLong("sim.first", 1);
    private static final long COUNT = Long.getLong("sim.seeds", 500);
    private static final int THREADS =
            Integer.getInteger("sim.threads", Runtime.getRuntime().availableProcessors());

    @Test
    void losesNothingAndServesAgain() throws InterruptedException {
        boolean isVerbose = Boolean.getBoolean("sim.verbose");
        Seeds seeds = new Seeds(FIRST, COUNT, Integer.getInteger("sim.failures", 1), isVerbose);
        seeds.run(Math.min(THREADS, (int) COUNT));
        if (isVerbose) {
            System.out.println(seeds.counts());
        }
        assertTrue(
                seeds.failures().isEmpty(),
                () -> String.join("\n", seeds.failures().values()));
    }

    @ParameterizedTest
    @MethodSource("few")
    void theSameSeedIsTheSameRun(long seed) {
        assertEquals(hashOf(seed), hashOf(seed));
    }

    static LongStream few() {
        return LongStream.range(FIRST, FIRST + Math.min(10, COUNT));
    }

    private static long hashOf(long seed) {
        Simulation run = new Simulation(seed, 0);
        Seeds.failureOf(run);
        return run.trace().hash();
    }
}
