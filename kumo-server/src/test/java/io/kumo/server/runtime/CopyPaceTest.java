package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.node.runtime.Metrics;
import io.kumo.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyPaceTest {
    private static final long PERIOD_MS = 10;
    private static final long MILLISECOND = 1_000_000;

    /** What the throttle was told. */
    private record Told(boolean isServing, long lateMs) {}

    private static final class SetClock implements Clock {
        private long nowNs = -15 * MILLISECOND;

        @Override
        public long monotonicNs() {
            return nowNs;
        }

        @Override
        public long wallMs() {
            return 0;
        }
    }

    private final List<Told> told = new ArrayList<>();
    private final OperationMeters meters = new OperationMeters(new Metrics());
    private final SetClock clock = new SetClock();
    private final CopyPace pace = new CopyPace(this::onLoop, meters, clock, PERIOD_MS);

    private void onLoop(boolean isServing, long lateNs, long nowNs) {
        assertEquals(clock.nowNs, nowNs);
        told.add(new Told(isServing, lateNs / MILLISECOND));
    }

    private void tick(long afterMs) {
        clock.nowNs += afterMs * MILLISECOND;
        pace.onTick();
    }

    @Test
    void tellsHowLateEachTickWasAndWhetherClientsWereServedBeforeIt() {
        tick(PERIOD_MS);
        meters.began();
        meters.got(true, 1_000);
        tick(PERIOD_MS + 42);
        tick(PERIOD_MS);
        meters.began();
        tick(PERIOD_MS + 3); // not served yet
        assertEquals(List.of(new Told(false, 0), new Told(true, 42), new Told(false, 0), new Told(false, 3)), told);
    }
}
