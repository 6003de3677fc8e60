package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.LogEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KilledWriterTest {
    private static final int ROUNDS = 3;

    @TempDir
    Path directory;

    @Test
    void whatWasCalledBackSurvivesAKill() throws IOException, InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            long acknowledged = writeAndKill(150 + 77 * round);
            try (Disk disk = new Disk(KilledWriter.options(directory), "boot")) {
                assertTrue(disk.recovered.intact());
                assertTrue(disk.seen.damaged.isEmpty(), disk.seen.damaged::toString);
                for (int partition = 0; partition < KilledWriter.PARTITIONS; partition++) {
                    long state = disk.seen.states.get(partition).seq();
                    List<LogEntry> rest = disk.seen.entries.getOrDefault(partition, List.of());
                    long expected = state;
                    for (LogEntry entry : rest) {
                        expected++;
                        assertEquals(Disk.put(1, expected, "key" + expected % 50, "value" + expected), entry);
                    }
                    assertTrue(expected >= acknowledged, expected + " of " + acknowledged);
                    assertEquals(state == 0 ? 0 : 50, disk.seen.counts.get(partition));
                }
            }
        }
    }

    private long writeAndKill(int lines) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = 0;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < lines; ) {
                String line = out.readLine();
                if (line == null) {
                    throw new AssertionError("the writer ended by itself");
                }
                if (line.matches("[0-9]+")) { // the rest is the library's own log
                    acknowledged = Long.parseLong(line);
                    i++;
                }
            }
            process.destroyForcibly();
            assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        }
        return acknowledged;
    }
}
