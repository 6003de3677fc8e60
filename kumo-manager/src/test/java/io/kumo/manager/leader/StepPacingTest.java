package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StepPacingTest {
    private static final long START_MS = 10_000;

    private final StepPacing pacing = new StepPacing(START_MS);
    private final List<Long> steps = new ArrayList<>();
    private long nowMs = START_MS;
    private long timerMs = Long.MAX_VALUE;
    private int joined;
    private int joiners;

    /** As the driver does: one timer, which a shorter wait replaces. */
    private void changed() {
        OptionalLong delayMs = pacing.delayMs(joined, joiners, nowMs);
        delayMs.ifPresent(delay -> timerMs = nowMs + delay);
    }

    private void urgent() {
        pacing.urge();
        changed();
    }

    private void joined(int count) {
        joined = count;
        changed();
    }

    /** Virtual time goes on; nothing else happens meanwhile. */
    private void runUntil(long untilMs) {
        while (timerMs <= untilMs) {
            nowMs = timerMs;
            timerMs = Long.MAX_VALUE;
            pacing.onStep(nowMs);
            steps.add(nowMs - START_MS);
        }
        nowMs = untilMs;
    }

    /** A step at {@code 1} ms, with that many joiners from then on. */
    private void firstStep(int joinersFromThen) {
        changed();
        runUntil(START_MS + 1);
        joiners = joinersFromThen;
        assertEquals(List.of(1L), steps);
    }

    @Test
    void theFirstChangeAfterAStartIsDecidedAtOnceAlsoWithJoiners() {
        joiners = 8;
        changed();
        runUntil(START_MS + 1_000);
        assertEquals(List.of(1L), steps);
    }

    @Test
    void aClockBelowZeroHoldsNothingBack() {
        StepPacing early = new StepPacing(-5_000_000);
        assertEquals(OptionalLong.of(1), early.delayMs(0, 8, -5_000_000));
        early.onStep(-4_999_999);
        assertEquals(OptionalLong.of(20), early.delayMs(0, 0, -4_999_999));
    }

    @Test
    void changesWithin20MsGoIntoOneVersion() {
        firstStep(0);
        for (int i = 0; i < 10; i++) {
            changed();
            runUntil(nowMs + 1);
        }
        runUntil(START_MS + 1_000);
        assertEquals(List.of(1L, 21L), steps);
        changed();
        runUntil(nowMs + 1);
        assertEquals(List.of(1L, 21L, 1_001L), steps, "after a calm time nothing waits");
    }

    @Test
    void copiesThatEndOneAfterTheOtherWaitForOneVersionEachHalfSecond() {
        firstStep(100);
        for (int i = 1; i <= 74; i++) {
            joined(i);
            runUntil(nowMs + 10);
        }
        assertEquals(List.of(1L, 501L), steps, "740 ms, 74 copies");
    }

    @Test
    void threeQuartersOfTheJoinersAreEnough() {
        firstStep(4);
        joined(2);
        runUntil(START_MS + 100);
        assertEquals(List.of(1L), steps);
        joined(3);
        runUntil(START_MS + 101);
        assertEquals(List.of(1L, 101L), steps);
        runUntil(START_MS + 2_000);
        assertEquals(List.of(1L, 101L), steps, "the longer wait is given up, not kept beside the shorter one");
    }

    @Test
    void theOnlyJoinerDoesNotWaitOnceItHasEverything() {
        firstStep(1);
        joined(1);
        runUntil(START_MS + 1_000);
        assertEquals(List.of(1L, 21L), steps);
    }

    @Test
    void whatClientsMayWaitForIsNotHeldBackByJoiners() {
        firstStep(8);
        changed();
        runUntil(START_MS + 50);
        urgent();
        runUntil(START_MS + 51);
        assertEquals(List.of(1L, 51L), steps);
    }

    @Test
    void whatHappensAfterSomethingUrgentDoesNotDelayIt() {
        firstStep(8);
        urgent();
        joined(1);
        runUntil(START_MS + 21);
        assertEquals(List.of(1L, 21L), steps);
    }

    @Test
    void anUrgentStepIsOverOnceItBegan() {
        firstStep(8);
        urgent();
        runUntil(START_MS + 21);
        changed();
        runUntil(START_MS + 520);
        assertEquals(List.of(1L, 21L), steps);
        runUntil(START_MS + 521);
        assertEquals(List.of(1L, 21L, 521L), steps);
    }

    @Test
    void withoutAChangeThereIsNoStep() {
        firstStep(8);
        runUntil(START_MS + 10_000);
        assertEquals(List.of(1L), steps);
    }
}
