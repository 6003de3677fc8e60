package io.kumo.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.Role;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRingTest {
    private static final String HEX = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    @Test
    void theClustersKeyMakesThoseOfGatewaysAndOperators() {
        KeyRing ring = KeyRing.parse("# of cluster a\n\ncluster " + HEX + "\n");
        for (Role role : Role.values()) {
            assertTrue(ring.canBe(role), role.word());
        }
        ClusterKey key = ClusterKey.parse(HEX);
        assertEquals(key, ring.keysOf(Role.SERVER).get(0));
        assertEquals(key.derive(Role.GATEWAY), ring.keysOf(Role.GATEWAY).get(0));
        assertNotEquals(ring.keysOf(Role.GATEWAY), ring.keysOf(Role.OPERATOR));
        assertEquals(HEX.toLowerCase(Locale.ROOT), key.hex());
    }

    @Test
    void aGatewaysFileLeadsToNoOther() {
        KeyRing ring = KeyRing.parse("gateway\t" + HEX);
        assertTrue(ring.canBe(Role.GATEWAY));
        assertFalse(ring.canBe(Role.SERVER) || ring.canBe(Role.MANAGER) || ring.canBe(Role.OPERATOR));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing\n",
                "cluster",
                "server " + HEX,
                "cluster " + HEX + "0",
                "cluster zz112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF",
                "cluster " + HEX + " x",
                "cluster " + HEX + "\ngateway " + HEX,
                "cluster " + HEX + "\ncluster " + HEX + "\ncluster " + HEX
            })
    void whatIsWrongIsSaidWithoutTheSecret(String text) {
        String said = String.valueOf(assertThrows(IllegalArgumentException.class, () -> KeyRing.parse(text))
                .getMessage());
        assertFalse(said.isEmpty() || said.contains("2233445566"), said);
    }

    @Test
    void aKeyIsNeverPrinted() {
        ClusterKey key = ClusterKey.parse(HEX);
        assertFalse(key.toString().contains("0011"), key.toString());
        assertNotEquals(Bytes.copyOf(key.derive("x").unsafeArray(), 0, 8), key.id());
    }
}
