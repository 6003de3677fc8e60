package io.kumo.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares a text with a file of the project; {@code -Dkumo.rewrite=true} writes the file instead. */
final class GoldenFile {
    private GoldenFile() {}

    static void check(Path file, String text) throws IOException {
        if (Boolean.getBoolean("kumo.rewrite")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return;
        }
        String how = file + ": after an intended change, run this test with -Dkumo.rewrite=true";
        assertTrue(Files.exists(file), how);
        assertEquals(Files.readString(file), text, how);
    }
}
