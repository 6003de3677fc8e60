package io.kumo.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    @Test
    void aFloodIsOneLineForEachInterval() {
        Refusals refusals = new Refusals();
        int lines = 0;
        for (int i = 0; i < 100_000; i++) {
            if (refusals.add("host", "no key", i).isPresent()) {
                lines++;
            }
        }
        assertEquals(10, lines);
        Optional<Refusals.Line> last = refusals.add("host", "no key", 200_000);
        assertEquals(9_999 + 1, last.orElseThrow().count());
        assertEquals(100_001, refusals.total());
    }

    @Test
    void aStrangersWordsAreShortAndPrintable() {
        Refusals.Line line = new Refusals().add("a\nb", "x".repeat(9_000), 0).orElseThrow();
        assertEquals("a?b", line.peer());
        assertTrue(line.reason().length() <= 300);
    }

    @Test
    void theGateBoundsAHostAndAll() {
        HandshakeGate gate = new HandshakeGate(3, 2);
        assertTrue(gate.enter("a"));
        assertTrue(gate.enter("a"));
        assertFalse(gate.enter("a"));
        assertTrue(gate.enter("b"));
        assertFalse(gate.enter("c"));
        gate.leave("a");
        assertTrue(gate.enter("c"));
        assertEquals(3, gate.count());
    }
}
