package io.kumo.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a command printed, on both its outputs and on the first alone, and how it ended. */
record CommandResult(int exit, String output, String stdout) {
    private static final long LONGEST_S = 120;

    /** Whether there is a program of that name. */
    static boolean isInstalled(String program) {
        return of(List.of("sh", "-c", "command -v " + program)).exit() == 0;
    }

    /** Runs a command to its end, two minutes at most. */
    static CommandResult of(List<String> command) {
        return of(command, LONGEST_S);
    }

    /** Runs a command to its end, so many seconds at most. */
    static CommandResult of(List<String> command, long longestS) {
        try {
            Path directory = Files.createTempDirectory("command");
            Path out = directory.resolve("out");
            Path errors = directory.resolve("errors");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
                InstalledJava.chosen(builder);
                Process process = builder.start();
                if (!process.waitFor(longestS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(command + " does not end: " + text(errors) + text(out));
                }
                return new CommandResult(process.exitValue(), text(errors) + text(out), text(out));
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(errors);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(
                Files.readAllBytes(file), StandardCharsets.UTF_8); // what is no text is shown as well as can be
    }
}
