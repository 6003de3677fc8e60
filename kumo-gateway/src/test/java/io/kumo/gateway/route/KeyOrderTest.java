package io.kumo.gateway.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.WriteKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyOrderTest {
    private final KeyOrder<Operation> order = new KeyOrder<>();

    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    private static Operation read(String key) {
        return new Operation(Bytes.utf8(key));
    }

    private static Operation write(String key) {
        return new Operation(WriteKind.SET, Bytes.utf8(key), WriteFields.NONE);
    }

    @Test
    void letsReadsOfAKeyAndOperationsOnOtherKeysRunBesideEachOther() {
        assertTrue(order.enter(read("a")));
        assertTrue(order.enter(read("a")));
        assertTrue(order.enter(write("b")));
    }

    @Test
    void hasAReadWaitForTheWriteBeforeItAndAWriteForTheReads() {
        Operation first = write("a");
        Operation second = read("a");
        Operation third = read("a");
        Operation fourth = write("a");
        assertTrue(order.enter(first));
        assertFalse(order.enter(second));
        assertFalse(order.enter(third));
        assertFalse(order.enter(fourth));
        order.leave(first);
        assertSame(second, order.next(first.key()));
        assertSame(third, order.next(first.key()));
        assertNull(order.next(first.key()));
        order.leave(third);
        assertNull(order.next(first.key()));
        order.leave(second);
        assertSame(fourth, order.next(first.key()));
    }

    @Test
    void doesNotLetAReadOvertakeAWaitingWrite() {
        assertTrue(order.enter(read("a")));
        assertFalse(order.enter(write("a")));
        assertFalse(order.enter(read("a")));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void letsEverythingRunInTheEndWritesAloneAndInOrder(int seed) {
        Random random = new Random(seed);
        List<Operation> running = new ArrayList<>();
        Map<Operation, Integer> numbers = new HashMap<>();
        Map<Bytes, Integer> lastWrite = new HashMap<>();
        int begun = 0;
        for (int i = 0; i < 2000 || !running.isEmpty(); i++) {
            if (i < 2000 && random.nextBoolean()) {
                Operation operation =
                        random.nextInt(3) == 0 ? write("k" + random.nextInt(4)) : read("k" + random.nextInt(4));
                numbers.put(operation, numbers.size());
                if (order.enter(operation)) {
                    begun += begin(operation, running, numbers, lastWrite);
                }
            } else if (!running.isEmpty()) {
                Operation over = running.remove(random.nextInt(running.size()));
                order.leave(over);
                for (Operation next = order.next(over.key()); next != null; next = order.next(over.key())) {
                    begun += begin(next, running, numbers, lastWrite);
                }
            }
        }
        assertEquals(numbers.size(), begun);
    }

    private static int begin(
            Operation operation,
            List<Operation> running,
            Map<Operation, Integer> numbers,
            Map<Bytes, Integer> lastWrite) {
        for (Operation other : running) {
            if (other.key().equals(operation.key())) {
                assertTrue(other.isRead() && operation.isRead(), "a write beside another operation");
            }
        }
        int number = numbers.get(operation);
        assertTrue(lastWrite.getOrDefault(operation.key(), -1) < number, "a write was overtaken");
        if (!operation.isRead()) {
            lastWrite.put(operation.key(), number);
        }
        running.add(operation);
        return 1;
    }
}
