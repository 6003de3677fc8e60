package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One real process of the packaged program, with what it prints in a file. */
final class Daemon {
    private static final Duration READY_WITHIN = Duration.ofSeconds(40);
    /** These processes don't live long enough for the second compiler to pay: many of them share two cores. */
    static final String SHORT_LIFE = "-XX:TieredStopAtLevel=1";

    private static final long STOP_WITHIN_S = 10;
    /** Java goes on ignoring the signal where the tests run under nohup. */
    private static final List<String> HEARS_SIGHUP = List.of("env", "--default-signal=HUP");

    private final String name;
    private List<String> command;
    private final Path output;
    private Process process;
    private boolean isPaused;

    Daemon(String name, List<String> command, Path output) {
        this.name = name;
        this.command = command;
        this.output = output;
    }

    String name() {
        return name;
    }

    Daemon start() {
        try {
            Files.deleteIfExists(output);
            isPaused = false;
            List<String> words = new ArrayList<>(HEARS_SIGHUP);
            words.addAll(command);
            ProcessBuilder builder =
                    new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
            InstalledJava.chosen(builder);
            builder.environment().merge("KUMO_JAVA_OPTS", SHORT_LIFE, (set, ours) -> set + " " + ours);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
        return this;
    }

    /** The next start runs the program of that installed kumo. */
    Daemon runFrom(Path from, Path to) {
        command = command.stream()
                .map(word -> word.startsWith(from.toString())
                        ? to + word.substring(from.toString().length())
                        : word)
                .toList();
        return this;
    }

    Daemon awaitReady() {
        await(name + " is ready")
                .atMost(READY_WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(name + " ended with " + process.exitValue() + ": " + printed());
                    }
                    return printed().contains("ready");
                });
        return this;
    }

    String printed() {
        try {
            return Files.exists(output) ? Files.readString(output, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Alive and not paused. */
    boolean isRunning() {
        return isAlive() && !isPaused;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** kill -9. */
    void kill() {
        kill(List.of(this));
    }

    /** kill -9 of all at the same time. */
    static void kill(List<Daemon> daemons) {
        daemons.forEach(daemon -> daemon.process.destroyForcibly());
        daemons.forEach(Daemon::awaitEnd);
    }

    /** SIGTERM, and the exit code that must be 0. */
    void stop() {
        process.destroy();
        awaitEnd();
        assertEquals(0, process.exitValue(), () -> name + " at its stop: " + printed());
    }

    /** Ends it somehow; for cleaning up. */
    void end() {
        if (isAlive()) {
            signal("CONT");
            process.destroyForcibly();
            awaitEnd();
        }
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
        isPaused = true;
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
        isPaused = false;
    }

    void signal(String signal) {
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertEquals(0, exit, () -> "kill -" + signal + " " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    int awaitEnd() {
        try {
            if (!process.waitFor(STOP_WITHIN_S, TimeUnit.SECONDS)) {
                throw new AssertionError(name + " does not end within " + STOP_WITHIN_S + " s: " + printed());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return process.exitValue();
    }
}
