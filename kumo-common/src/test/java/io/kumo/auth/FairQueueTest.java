package io.kumo.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FairQueueTest {
    @Test
    void sourcesTakeTurns() {
        FairQueue<String> queue = new FairQueue<>(10);
        for (int i = 0; i < 4; i++) {
            queue.offer("guesser", "guess" + i);
        }
        queue.offer("friend", "hello");
        StringBuilder order = new StringBuilder();
        while (queue.length() > 0) {
            order.append(queue.poll().orElseThrow()).append(' ');
        }
        assertEquals("guess0 hello guess1 guess2 guess3 ", order.toString());
        assertTrue(queue.poll().isEmpty());
    }

    @Test
    void isBounded() {
        FairQueue<String> queue = new FairQueue<>(2);
        assertTrue(queue.offer("a", "1") && queue.offer("b", "2"));
        assertFalse(queue.offer("c", "3"));
        queue.poll();
        assertTrue(queue.offer("c", "3"));
    }
}
