package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.table.ServerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyThrottleTest {
    private static final ServerId JOINER = new ServerId(7);
    private static final long SECOND = 1_000_000_000;

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

    @ParameterizedTest
    @ValueSource(longs = {1, -20_000_000_000L})
    void takesWhatClientsLeave(long beganNs) {
        CopyThrottle throttle = new CopyThrottle(1, 100 << 20);
        assertEquals(100.0, passedMb(throttle, beganNs, false, 0), 25, "nobody is served");
        long servedNs = beganNs + 2 * SECOND;
        assertEquals(1.0, passedMb(throttle, servedNs, true, 20_000_000), 0.3, "event loops are late");
        double inTime = passedMb(throttle, servedNs + 2 * SECOND, true, 0);
        assertTrue(inTime > 1.3 && inTime < 3, () -> inTime + " MB: it rises slowly");
        assertEquals(1.0, passedMb(throttle, servedNs + 4 * SECOND, true, 20_000_000), 0.4, "and falls fast");
        assertEquals(100.0, passedMb(throttle, servedNs + 8 * SECOND, false, 0), 25);
    }

    /** In one second, with 64 KiB at a time, where an event loop looks each 50 ms. */
    private static double passedMb(CopyThrottle throttle, long fromNs, boolean isServing, long lateNs) {
        long passed = 0;
        for (long ns = 0; ns < SECOND; ns += 500_000) {
            if (ns % 50_000_000 == 0) {
                throttle.onLoop(isServing, lateNs, fromNs + ns);
            }
            if (throttle.mayCopy(JOINER, fromNs + ns)) {
                throttle.passed(64 << 10);
                passed += 64 << 10;
            }
        }
        return passed / (double) (1 << 20);
    }

    @Test
    void operationsStandBehindFewBytesOfCopiesAtAJoiner() {
        CopyThrottle throttle = new CopyThrottle(1, 0, 1_000);
        throttle.underWay(JOINER, 5_000, 0);
        assertTrue(throttle.mayCopy(JOINER, 0), "nobody is served");
        throttle.onLoop(true, 0, 0);
        assertFalse(throttle.mayCopy(JOINER, 0));
        assertTrue(throttle.mayCopy(new ServerId(8), 0), "another one has nothing under way");
        throttle.underWay(JOINER, -4_100, 0);
        assertTrue(throttle.mayCopy(JOINER, 0));
        throttle.underWay(JOINER, 100, 0);
        assertFalse(throttle.mayCopy(JOINER, 0));
        assertTrue(throttle.mayCopy(JOINER, 600_000_000), "of what can't go on others do not wait for good");
    }
}
