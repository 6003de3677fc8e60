package io.kumo.ctl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.KeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandsTest {
    @TempDir
    Path directory;

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private KeyRing ring(String name) throws IOException {
        Path file = directory.resolve(name);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        return KeyRing.parse(Files.readString(file));
    }

    @Test
    void aKeyIsMadeDerivedAndChanged() throws IOException {
        CertificatesTest.run("key", "init", file("cluster"));
        ClusterKey first = ring("cluster").keysOf(Role.SERVER).get(0);
        CertificatesTest.run("key", "add", file("cluster"));
        ClusterKey second = ring("cluster").keysOf(Role.SERVER).get(1);
        CertificatesTest.run("key", "derive", file("cluster"), "gateway", file("gateway"));
        assertEquals(
                List.of(first.derive(Role.GATEWAY), second.derive(Role.GATEWAY)),
                ring("gateway").keysOf(Role.GATEWAY));
        assertEquals(List.of(), ring("gateway").keysOf(Role.SERVER));
        CertificatesTest.run("key", "swap", file("cluster"));
        assertEquals(List.of(second, first), ring("cluster").keysOf(Role.SERVER));
        CertificatesTest.run("key", "drop", file("cluster"));
        assertEquals(List.of(second), ring("cluster").keysOf(Role.SERVER));
        CertificatesTest.run("key", "derive", file("cluster"), "gateway", file("gateway"));
        assertEquals(1, ring("gateway").keysOf(Role.GATEWAY).size());
    }

    @Test
    void nothingIsOverwrittenAndNothingMissed() {
        CertificatesTest.run("key", "init", file("cluster"));
        assertThrows(KumoException.class, () -> CertificatesTest.run("key", "init", file("cluster")));
        assertThrows(KumoException.class, () -> CertificatesTest.run("key", "swap", file("cluster")));
        assertThrows(KumoException.class, () -> CertificatesTest.run("key", "add", file("missing")));
    }
}
