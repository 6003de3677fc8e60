package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
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
    void restsThreeTimesAsLongAsItWorkedButNoLongerThanASecond() {
        assertEquals(300_000_000, RULE.restNs(100_000_000));
        assertEquals(1_000_000_000, RULE.restNs(5_000_000_000L));
    }

    @Test
    void restsOnlyWhileThereIsRoomInMemoryAndInWhatAStartCanHold() {
        assertTrue(RULE.mayRest(false, 124));
        assertFalse(RULE.mayRest(false, 125));
        assertFalse(RULE.mayRest(true, 0));
    }

    @Test
    void neverLetsTheLogGrowBeyondWhatAStartCanHold() {
        assertEquals(64L << 20, CheckpointRule.forMemory(16L << 20, 0).logBytes());
        assertEquals(256L << 20, CheckpointRule.forMemory(256L << 20, 0).logBytes());
        assertEquals(1L << 30, CheckpointRule.forMemory(64L << 30, 0).logBytes());
    }

    @Test
    void serversOfTheSameWritesGoToTheirDisksAtDifferentTimes() {
        Set<Long> ages = new HashSet<>();
        for (long id = Long.MAX_VALUE - 15; id != Long.MIN_VALUE + 15; id++) {
            long ageSec = CheckpointRule.forMemory(16L << 20, id).ageNs() / 1_000_000_000;
            assertTrue(ageSec >= 30 && ageSec <= 60, () -> ageSec + " s");
            ages.add(ageSec);
        }
        assertEquals(31, ages.size());
    }
}
