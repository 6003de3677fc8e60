package io.kumo.rpc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What an operator hears of peers that can't be reached: each reason once, and that it is over. */
class OutageTest {
    private final Outage outage = new Outage();
    private long nowNs = Long.MAX_VALUE - Outage.SHORT_NS / 2; // the clock's zero is anywhere

    private boolean fails(String reason) {
        return outage.onFailure(reason, false, nowNs);
    }

    @Test
    void aPeerThatIsRestartedIsNotWorthALine() {
        assertFalse(fails("nobody listens there"));
        nowNs += Outage.SHORT_NS - 1;
        assertFalse(fails("nobody listens there"));
        assertFalse(outage.onConnected());
        nowNs += Outage.SHORT_NS;
        assertFalse(fails("nobody listens there"), "another outage");
    }

    @Test
    void aReasonThatLastsIsToldOnceAndThatItIsOver() {
        assertFalse(fails("connection lost"));
        nowNs += Outage.SHORT_NS;
        assertTrue(fails("nobody listens there"));
        nowNs += 10 * Outage.AGAIN_NS;
        assertFalse(fails("nobody listens there"));
        assertTrue(outage.onConnected());
        assertFalse(outage.onConnected());
    }

    @Test
    void reasonsThatTakeTurnsAreToldOnceAMinute() {
        fails("a");
        nowNs += Outage.SHORT_NS;
        assertTrue(fails("a"));
        nowNs += Outage.AGAIN_NS - 1;
        assertFalse(fails("b"));
        nowNs += 1;
        assertTrue(fails("b"));
        assertFalse(fails("a"));
    }

    @Test
    void whatThePeerSaysIsToldAtOnce() {
        assertTrue(outage.onFailure("another cluster's key", true, nowNs));
        assertFalse(outage.onFailure("another cluster's key", true, nowNs));
        assertTrue(outage.onFailure("no key", true, nowNs));
    }
}
