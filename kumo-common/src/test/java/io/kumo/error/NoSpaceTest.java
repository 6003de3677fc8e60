package io.kumo.error;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NoSpaceTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void isTheCauseOfWhatTheOperatingSystemRefuses() {
        IOException refused =
                assertThrows(IOException.class, () -> Files.writeString(Path.of("/dev/full"), "one more byte"));
        assertTrue(NoSpace.isCauseOf(refused));
        assertTrue(NoSpace.isCauseOf(new KumoException(ErrorCode.STORE_FAILED, "not written", refused)));
    }

    @Test
    void isNotTheCauseOfOtherFailures() {
        assertFalse(NoSpace.isCauseOf(new IOException("Input/output error")));
        assertFalse(NoSpace.isCauseOf(new IllegalStateException()));
    }
}
