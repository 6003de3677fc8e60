package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CheckpointRuleTest {
    private static final CheckpointRule RULE = new CheckpointRule(1_000, 20, 600);

    @Test
    void waitsWhileWritesGoOn() {
        assertFalse(RULE.isDue(false, 999, 19, 599));
    }

    @Test
    void isDueForEachReasonAlone() {
        assertTrue(RULE.isDue(true, 0, 0, 0));
        assertTrue(RULE.isDue(false, 1_000, 0, 0));
        assertTrue(RULE.isDue(false, 0, 20, 0));
        assertTrue(RULE.isDue(false, 0, 0, 600));
    }

    @Test
    void neverLetsTheLogGrowBeyondWhatAStartCanHold() {
        assertEquals(64L << 20, CheckpointRule.forMemory(16L << 20).logBytes());
        assertEquals(256L << 20, CheckpointRule.forMemory(256L << 20).logBytes());
        assertEquals(1L << 30, CheckpointRule.forMemory(64L << 30).logBytes());
    }
}
