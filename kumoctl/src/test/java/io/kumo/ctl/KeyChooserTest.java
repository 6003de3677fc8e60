package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyChooserTest {
    private static final int KEYS = 1000;
    private static final int DRAWS = 200_000;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.99})
    void choosesOnlyExistingKeys(double theta) {
        KeyChooser chooser = new KeyChooser(KEYS, theta, 1);
        for (int i = 0; i < DRAWS; i++) {
            int key = chooser.next();
            assertTrue(key >= 0 && key < KEYS, () -> "key " + key);
        }
    }

    @Test
    void zipfPrefersFewKeysAsItsLawSays() {
        int[] counts = draw(new KeyChooser(KEYS, 0.99, 1));
        double zeta = 0;
        for (int i = 1; i <= KEYS; i++) {
            zeta += 1 / Math.pow(i, 0.99);
        }
        assertEquals(1 / zeta, counts[KEYS - 1] / (double) DRAWS, 0.02, "share of the hottest key");
    }

    @Test
    void uniformPrefersNone() {
        int[] counts = draw(new KeyChooser(KEYS, 0, 1));
        assertTrue(counts[KEYS - 1] < 2 * DRAWS / KEYS, "the hottest key");
    }

    @Test
    void oneSeedIsOneSequence() {
        KeyChooser a = new KeyChooser(KEYS, 0.99, 5);
        KeyChooser b = new KeyChooser(KEYS, 0.99, 5);
        for (int i = 0; i < 1000; i++) {
            assertEquals(a.next(), b.next());
        }
    }

    @Test
    void refusesASkewOfOne() {
        assertThrows(IllegalArgumentException.class, () -> new KeyChooser(KEYS, 1, 1));
    }

    private static int[] draw(KeyChooser chooser) {
        int[] counts = new int[KEYS];
        for (int i = 0; i < DRAWS; i++) {
            counts[chooser.next()]++;
        }
        Arrays.sort(counts);
        return counts;
    }
}
