package io.kumo.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes, HostPort and Check. */
class BaseTest {
    @ParameterizedTest
    @CsvSource({
        "host, host, 7",
        "host:1, host, 1",
        "127.0.0.1:65535, 127.0.0.1, 65535",
        "[::1]:80, ::1, 80",
        "[::1], ::1, 7",
        "fe80::1, fe80::1, 7",
        "' host:0 ', host, 0"
    })
    void readsAddresses(String text, String host, int port) {
        HostPort address = HostPort.parse(text, 7);
        assertEquals(new HostPort(host, port), address);
        assertEquals(address, HostPort.parse(address.toString(), 9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", ":80", "a:b", "a:-1", "a:65536", "[::1", "[::1]x", "[::1]:", "a b", "a:99999999999"})
    void refusesWhatIsNoAddress(String text) {
        assertThrows(IllegalArgumentException.class, () -> HostPort.parse(text, 7));
    }

    @Test
    void bytesAreEqualByContentAndOrderedAsUnsigned() {
        assertEquals(Bytes.utf8("abc"), Bytes.copyOf(new byte[] {'x', 'a', 'b', 'c', 'y'}, 1, 3));
        assertEquals(Bytes.utf8("abc").hashCode(), Bytes.utf8("abc").hashCode());
        assertNotEquals(Bytes.utf8("abc"), Bytes.utf8("abd"));
        assertTrue(Bytes.wrap(new byte[] {(byte) 0x80}).compareTo(Bytes.wrap(new byte[] {0x7f})) > 0);
        assertTrue(Bytes.utf8("a").compareTo(Bytes.utf8("aa")) < 0);
        assertSame(Bytes.EMPTY, Bytes.wrap(new byte[0]));
    }

    @Test
    void bytesDoNotChangeWithTheArrayTheyWereCopiedFrom() {
        byte[] array = {1, 2, 3};
        Bytes copy = Bytes.copyOf(array);
        array[0] = 9;
        copy.toArray()[1] = 9;
        assertEquals(Bytes.wrap(new byte[] {1, 2, 3}), copy);
    }

    @Test
    void concatenatingIsAssociative() {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            Bytes a = random(random);
            Bytes b = random(random);
            Bytes c = random(random);
            assertEquals(a.concat(b).concat(c), a.concat(b.concat(c)));
        }
    }

    private static Bytes random(Random random) {
        byte[] content = new byte[random.nextInt(5)];
        random.nextBytes(content);
        return Bytes.wrap(content);
    }

    @Test
    void checksSayWhatIsBroken() {
        Check.invariant(true, "never");
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> Check.invariant(false, "row %d of %s", 3, "x"));
        assertEquals("invariant broken: row 3 of x", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Check.argument(false, "no"));
    }
}
