package io.kumo.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.node.RepeatRule.Repeated;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatRuleTest {
    private static final long WINDOW_MS = 60_000;

    private final RepeatRule<String> rule = new RepeatRule<>(WINDOW_MS, 3, 2, 10);

    @Test
    void theSameTextPassesOnceInAWindowAndIsCounted() {
        assertFalse(rule.isRepeat("disk", "full", 1_000));
        assertTrue(rule.isRepeat("disk", "full", 2_000));
        assertTrue(rule.isRepeat("disk", "full", 3_000));
        assertEquals(List.of(), rule.due(60_999));
        assertEquals(List.of(new Repeated<>("disk", 2, "full", 1_000)), rule.due(61_000));
        assertEquals(List.of(), rule.due(62_000));
        assertFalse(rule.isRepeat("disk", "full", 63_000), "a new window");
    }

    @Test
    void aFewDifferentTextsOfASourcePass() {
        for (int i = 0; i < 3; i++) {
            assertFalse(rule.isRepeat("disk", "full " + i, 0));
        }
        assertTrue(rule.isRepeat("disk", "full 3", 0));
        assertEquals(List.of(new Repeated<>("disk", 1, "full 3", 0)), rule.due(WINDOW_MS));
    }

    @Test
    void whatWasNotRepeatedIsNotTold() {
        assertFalse(rule.isRepeat("disk", "full", 0));
        assertEquals(List.of(), rule.due(WINDOW_MS));
        assertEquals(List.of(), rule.rest());
    }

    @Test
    void theOldestSourceIsToldAndForgottenWhereThereAreTooMany() {
        rule.isRepeat("a", "x", 0);
        rule.isRepeat("a", "x", 1);
        rule.isRepeat("b", "x", 2);
        rule.isRepeat("c", "x", 3);
        assertEquals(List.of(new Repeated<>("a", 1, "x", 0)), rule.due(4));
        assertFalse(rule.isRepeat("a", "x", 5));
    }

    @Test
    void theEndTellsAllThatIsLeft() {
        rule.isRepeat("a", "a very long text 1", 0);
        assertTrue(rule.isRepeat("a", "a very long text 2", 0), "alike as far as they are compared");
        assertEquals(List.of(new Repeated<>("a", 1, "a very lon", 0)), rule.rest());
        assertEquals(List.of(), rule.rest());
    }
}
