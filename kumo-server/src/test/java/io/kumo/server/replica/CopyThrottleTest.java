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
        assertTrue(throttle.start());
        assertTrue(throttle.start());
        assertFalse(throttle.start());
        throttle.end();
        assertTrue(throttle.start());
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
