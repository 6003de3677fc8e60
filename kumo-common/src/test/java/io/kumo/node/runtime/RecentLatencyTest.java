package io.kumo.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RecentLatencyTest {
    private static final long MS = 1_000_000;

    private final Latency reads = new Latency();
    private final Latency writes = new Latency();
    private final RecentLatency recent = new RecentLatency(List.of(reads, writes), 3);

    @Test
    void forgetsWhatWasBeforeTheLastSeconds() {
        recent.tick();
        reads.record(100 * MS);
        recent.tick();
        assertTrue(recent.quantileUs(0.99) >= 100_000);
        writes.record(MS);
        recent.tick();
        assertTrue(recent.quantileUs(0.99) >= 100_000, "both are within the last three seconds");
        recent.tick();
        assertTrue(recent.quantileUs(0.99) >= 100_000);
        recent.tick();
        assertTrue(recent.quantileUs(0.99) < 2_000, "the slow one is past");
        recent.tick();
        assertEquals(0, recent.quantileUs(0.99));
    }

    @Test
    void sinceTheStartCountsOnlyOnceItTicks() {
        reads.record(MS);
        assertEquals(0, recent.quantileUs(0.5));
        recent.tick();
        assertEquals(0, recent.quantileUs(0.5), "nothing is known of when it was");
    }
}
