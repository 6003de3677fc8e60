package io.kumo.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LogFieldsTest {
    private static Map<String, String> of(String words, Object... values) {
        return LogFields.of(words, values);
    }

    @Test
    void namesComeFromTheWords() {
        assertEquals(Map.of("file", "a b", "tail_bytes", "12"), of("log cut file={} tail_bytes={}", "a b", 12));
        assertEquals(Map.of("reason", "it's \"so\""), of("table refused reason=\"{}\"", "it's \"so\""));
    }

    @Test
    void aPlaceWithoutANameTakesItsValueAlong() {
        assertEquals(Map.of("version", "7"), of("{} version={}", "server is back", 7));
    }

    @Test
    void valuesThatLackAreLeftOut() {
        assertEquals(Map.of("a", "1"), of("x a={} b={}", 1));
        assertEquals(Map.of(), of("x a=1"));
        assertEquals(Map.of(), LogFields.of("x a={}", null));
        assertEquals(Map.of(), LogFields.of(null, new Object[] {1}));
        assertEquals(Map.of("a", "null"), of("x a={}", new Object[] {null}));
    }
}
