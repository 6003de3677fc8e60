package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A small disk of its own for one directory: a tmpfs. Somebody else's file fills it, as far as a test likes. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;
    private final Path ballast;

    /** Mounts it; needs root. */
    SmallDisk(Path directory, int megabytes) {
        this.directory = directory;
        this.ballast = directory.resolve("ballast");
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        must("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "kumo-test", directory.toString());
    }

    /** Why there can be none here; empty where they can. */
    static Optional<String> missing() {
        return "root".equals(System.getProperty("user.name"))
                ? Optional.empty()
                : Optional.of("a small disk needs root, to mount a tmpfs");
    }

    /** Fills it until only so much is free; nothing with 0. */
    void fill(long leaveBytes) {
        byte[] block = new byte[64 << 10];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (directory.toFile().getUsableSpace() > leaveBytes) {
                out.write(block, 0, (int)
                        Math.min(block.length, directory.toFile().getUsableSpace() - leaveBytes));
            }
        } catch (IOException e) {
            if (leaveBytes > 0) {
                throw new UncheckedIOException(e); // somebody was faster, or it is full to the last byte
            }
        }
    }

    /** There is room again. */
    void empty() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        must("umount", "-l", directory.toString());
    }

    private static void must(String... command) {
        CommandResult result = CommandResult.of(List.of(command));
        assertEquals(0, result.exit(), () -> String.join(" ", command) + ": " + result.output());
    }
}
