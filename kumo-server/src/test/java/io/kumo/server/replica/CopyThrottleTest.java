package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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

    @Test
    void passesItsRateAndNoMore() {
        CopyThrottle throttle = new CopyThrottle(1, 1000);
        for (long nowNs = 1; nowNs < 10_000_000_000L; nowNs += 10_000_000) {
            if (throttle.mayPass(nowNs)) {
                throttle.passed(100);
            }
        }
        assertEquals(10_000.0, (double) throttle.sentBytes(), 500);
    }
}
