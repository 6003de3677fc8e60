package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyThrottleTest {
    @Test
    void boundsCopiesAtATime() {
        CopyThrottle throttle = new CopyThrottle(2, 0);
        assertTrue(throttle.start(3, 0));
        assertTrue(throttle.start(3, 0));
        assertFalse(throttle.start(3, 0));
        throttle.end();
        assertTrue(throttle.start(3, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -20_000_000_000L, Long.MAX_VALUE - 500_000_000L})
    void whatHasTheFewestCopiesComesFirst(long nowNs) {
        CopyThrottle throttle = new CopyThrottle(1, 0);
        assertTrue(throttle.start(3, nowNs));
        assertFalse(throttle.start(3, nowNs));
        assertFalse(throttle.start(1, nowNs));
        assertFalse(throttle.start(2, nowNs));
        throttle.end();
        assertFalse(throttle.start(3, nowNs));
        assertFalse(throttle.start(2, nowNs));
        assertTrue(throttle.start(1, nowNs));
        throttle.end();
        long laterNs = nowNs + 1_000_000_000;
        assertTrue(throttle.start(3, laterNs), "nobody else asked for a while");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -20_000_000_000L, -5_000_000_000L, Long.MAX_VALUE - 5_000_000_000L})
    void passesItsRateAndNoMoreWhereverTheClockIs(long beganNs) {
        CopyThrottle throttle = new CopyThrottle(1, 1000);
        long passedBytes = 0;
        for (long passedNs = 0; passedNs < 10_000_000_000L; passedNs += 10_000_000) {
            if (throttle.mayPass(beganNs + passedNs)) {
                throttle.passed(100);
                passedBytes += 100;
            }
        }
        assertEquals(10_000.0, (double) passedBytes, 500);
    }
}
