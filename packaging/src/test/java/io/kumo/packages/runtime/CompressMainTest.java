package io.kumo.packages.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompressMainTest {
    private static final byte[] TEXT = "kumo ".repeat(1000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void compressesManualPagesInPlaceAndNothingElse() throws IOException {
        Path manuals = Files.createDirectories(directory.resolve("kumo/usr/share/man/man8"));
        Files.write(manuals.resolve("kumo.8"), TEXT);
        Files.write(directory.resolve("kumo/usr/other"), TEXT);
        CompressMain.main(new String[] {directory.toString()});
        assertFalse(Files.exists(manuals.resolve("kumo.8")));
        byte[] compressed = Files.readAllBytes(manuals.resolve("kumo.8.gz"));
        assertArrayEquals(TEXT, new GZIPInputStream(new ByteArrayInputStream(compressed)).readAllBytes());
        assertArrayEquals(TEXT, Files.readAllBytes(directory.resolve("kumo/usr/other")));
    }

    @Test
    void theHeaderSaysTheBestCompressionAndNoTime() throws IOException {
        byte[] compressed = CompressMain.compressed(TEXT);
        assertEquals(2, compressed[8]);
        assertEquals(0, compressed[4] | compressed[5] | compressed[6] | compressed[7]);
    }
}
