package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class CheckpointQueueTest {
    private final CheckpointQueue<String> queue = new CheckpointQueue<>();

    @Test
    void restsOnlyWhileSomethingIsLeftAndNobodyWaits() {
        assertFalse(queue.mayRest());
        queue.addAll(List.of("a", "b"));
        assertTrue(queue.mayRest());
        assertEquals("a", queue.poll());
        assertTrue(queue.mayRest());
        assertEquals("b", queue.poll());
        assertFalse(queue.mayRest());
        assertNull(queue.poll());
    }

    @Test
    void whatIsAwaitedComesFirstInTheOrderAskedForAndOnce() {
        queue.addAll(List.of("a", "b"));
        queue.await("d");
        queue.await("c");
        queue.await("d");
        assertFalse(queue.mayRest());
        assertEquals("d", queue.poll());
        assertFalse(queue.mayRest());
        assertEquals("c", queue.poll());
        assertTrue(queue.mayRest());
        assertEquals("a", queue.poll());
    }

    @Test
    void aHurryLastsUntilNothingIsLeft() {
        queue.addAll(List.of("a", "b"));
        queue.hurry();
        assertFalse(queue.mayRest());
        assertEquals("a", queue.poll());
        assertFalse(queue.mayRest());
        assertEquals("b", queue.poll());
        assertNull(queue.poll());
        queue.addAll(List.of("c"));
        assertTrue(queue.mayRest());
    }

    @Test
    void afterAFailureNothingIsLeft() {
        queue.addAll(List.of("a"));
        queue.await("b");
        queue.hurry();
        queue.clear();
        assertNull(queue.poll());
        queue.addAll(List.of("c"));
        assertTrue(queue.mayRest());
    }
}
