package io.kumo.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.DataMessages.Get;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InFlightTest {
    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void givesEveryAnswerToWhoAskedOrToNobody(int seed) {
        Random random = new Random(seed);
        int bound = 1 + random.nextInt(200);
        InFlight<String> inFlight = new InFlight<>(bound);
        Map<Integer, String> waiting = new HashMap<>();
        Set<Integer> abandoned = new HashSet<>();
        Map<String, Long> deadlines = new HashMap<>();
        long now = -1000;
        for (int step = 0; step < 2000; step++) {
            int places = waiting.size() + abandoned.size();
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    String waiter = "call " + step;
                    long deadline = now + random.nextInt(100);
                    int id = inFlight.add(Get.METHOD, waiter, deadline);
                    assertEquals(places == bound, id < 0);
                    if (id >= 0) {
                        assertNull(waiting.put(id, waiter));
                        assertFalse(abandoned.contains(id), "the id of a call that may still be answered");
                        deadlines.put(waiter, deadline);
                    }
                }
                case 2 -> {
                    if (!waiting.isEmpty() || !abandoned.isEmpty()) {
                        Set<Integer> known = new HashSet<>(abandoned);
                        known.addAll(waiting.keySet());
                        int id = known.stream()
                                .skip(random.nextInt(known.size()))
                                .findFirst()
                                .orElseThrow();
                        assertTrue(inFlight.isKnown(id));
                        assertEquals(waiting.remove(id), inFlight.take(id));
                        abandoned.remove(id);
                        assertFalse(inFlight.isKnown(id));
                    }
                }
                default -> {
                    now += random.nextInt(20);
                    for (String late = inFlight.takeExpired(now); late != null; late = inFlight.takeExpired(now)) {
                        assertTrue(deadlines.get(late) <= now);
                        String waiter = late;
                        int id = waiting.entrySet().stream()
                                .filter(entry -> entry.getValue().equals(waiter))
                                .findFirst()
                                .orElseThrow()
                                .getKey();
                        waiting.remove(id);
                        abandoned.add(id);
                    }
                    long next = inFlight.untilDeadlineNs(now);
                    long present = now;
                    assertEquals(
                            waiting.values().stream()
                                    .mapToLong(waiter -> deadlines.get(waiter) - present)
                                    .min()
                                    .orElse(Long.MAX_VALUE),
                            next);
                }
            }
            assertEquals(waiting.size(), inFlight.count());
            assertEquals(abandoned.size(), inFlight.abandoned());
        }
        int left = 0;
        while (inFlight.takeAny() != null) {
            left++;
        }
        assertEquals(waiting.size(), left);
    }

    @Test
    void remembersTheMethodOfEachCall() {
        InFlight<String> inFlight = new InFlight<>(10);
        int first = inFlight.add(Get.METHOD, "a", 1);
        int second = inFlight.add(Stat.METHOD, "b", 1);
        assertEquals(Get.METHOD, inFlight.method(first));
        assertEquals(Stat.METHOD, inFlight.method(second));
        assertFalse(inFlight.isKnown(-1));
        assertFalse(inFlight.isKnown(2));
        assertFalse(inFlight.isKnown(Integer.MAX_VALUE));
    }
}
