package io.kumo.gateway.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SettledWindowTest {
    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void knowsTheLowestOutstandingCounterWhateverTheOrder(int seed) {
        Random random = new Random(seed);
        SettledWindow window = new SettledWindow(100_000);
        TreeSet<Long> outstanding = new TreeSet<>();
        long last = 0;
        for (int step = 0; step < 20_000; step++) {
            if (outstanding.isEmpty() || random.nextInt(100) < 50 + seed % 7) {
                last = window.begin();
                outstanding.add(last);
            } else {
                List<Long> all = new ArrayList<>(outstanding.headSet(outstanding.first() + 1 + random.nextInt(3000)));
                long settled = all.get(random.nextInt(all.size()));
                outstanding.remove(settled);
                window.settle(settled);
            }
            long lowest = outstanding.isEmpty() ? last + 1 : outstanding.first();
            assertEquals(lowest, window.settledBelow());
            assertEquals(last + 1 - lowest, window.span());
        }
    }

    @Test
    void countsFromOne() {
        SettledWindow window = new SettledWindow(10);
        assertEquals(1, window.begin());
        assertEquals(2, window.begin());
        assertEquals(1, window.settledBelow());
    }

    @Test
    void isFullWhenTheOldestOneLagsTooFarBehind() {
        SettledWindow window = new SettledWindow(3);
        window.begin();
        window.settle(window.begin());
        assertFalse(window.isFull());
        window.settle(window.begin());
        assertTrue(window.isFull());
        window.settle(1);
        assertFalse(window.isFull());
        assertEquals(4, window.settledBelow());
    }

    @Test
    void refusesToSettleTwice() {
        SettledWindow window = new SettledWindow(10);
        window.begin();
        window.begin();
        window.settle(2);
        assertThrows(IllegalStateException.class, () -> window.settle(2));
    }
}
