package io.kumo.ctl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.config.UsageException;
import io.kumo.security.runtime.SecurityOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorFileTest {
    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("kumoctl.conf"), text);
    }

    private static String refused(Path file) {
        return String.valueOf(assertThrows(UsageException.class, () -> OperatorFile.read(file))
                .getMessage());
    }

    @Test
    void saysWhereTheKeyIs() throws IOException {
        SecurityOptions options = OperatorFile.read(file("# mine\ncluster-key-file = /etc/kumo/operator.key\n"));
        assertEquals(Optional.of("/etc/kumo/operator.key"), options.keyFile());
        assertTrue(options.isAny());
    }

    @Test
    void saysWhatIsWrongWithIt() throws IOException {
        assertTrue(refused(file("cluster-key = x\n")).contains(":1: unknown option 'cluster-key'"));
        assertTrue(refused(file("node-tls-cert = x\n")).contains("--node-tls-key"));
        assertTrue(refused(directory.resolve("missing")).contains("cannot be read"));
    }
}
