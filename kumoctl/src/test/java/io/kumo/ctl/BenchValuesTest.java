package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BenchValuesTest {
    private static final int LENGTH = 100;

    private final BenchValues values = new BenchValues("k", LENGTH);

    @Test
    void acceptsEveryVersionOfItsOwnKey() {
        for (long version : new long[] {0, 1, -1, Long.MAX_VALUE}) {
            assertTrue(values.isRight(value(7, version), 0, LENGTH, 7));
        }
    }

    @Test
    void findsTheValueOfAnotherKey() {
        assertFalse(values.isRight(value(8, 1), 0, LENGTH, 7));
    }

    @Test
    void findsEveryFlippedByte() {
        for (int i = 0; i < LENGTH; i++) {
            byte[] damaged = value(7, 1);
            damaged[i] ^= 1;
            int place = i;
            assertFalse(values.isRight(damaged, 0, LENGTH, 7), () -> "byte " + place);
        }
    }

    @Test
    void findsAShortenedValue() {
        assertFalse(values.isRight(value(7, 1), 0, LENGTH - 1, 7));
    }

    @Test
    void keysAreNumberedAndOfOneLength() {
        assertEquals("k000000042", new String(values.key(42), StandardCharsets.US_ASCII));
        assertEquals("k999999999", new String(values.key(999_999_999), StandardCharsets.US_ASCII));
    }

    @Test
    void refusesValuesThatCannotBeChecked() {
        assertThrows(IllegalArgumentException.class, () -> new BenchValues("k", 15));
    }

    private byte[] value(int key, long version) {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        values.write(out, key, version);
        return out.array();
    }
}
