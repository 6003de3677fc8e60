package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class RateMeterTest {
    private static final long SECOND_NS = 1_000_000_000L;

    @Test
    void saysWhatCameOfLate() {
        RateMeter meter = new RateMeter();
        meter.sample(0);
        for (int second = 1; second <= 3; second++) {
            meter.add(100);
            meter.sample(second * SECOND_NS);
        }
        assertEquals(100, meter.perSec());
        for (int second = 4; second <= 20; second++) {
            meter.sample(second * SECOND_NS);
        }
        assertEquals(0, meter.perSec());
        assertEquals(300, meter.total());
    }
}
