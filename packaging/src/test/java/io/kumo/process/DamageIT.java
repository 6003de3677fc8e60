package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes of a stopped server's files are not what was written. It says so when it starts, serves nothing of that, copies
 * anew from the others, and is then as good as they are: alone it has everything.
 */
class DamageIT {
    private static final int KEYS = 1_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static ProcessCluster cluster;
    private static int round;

    @BeforeAll
    static void startCluster() {
        cluster = ProcessCluster.running(directory, 1, 3, 1);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void bytesOfTheLogAreFlipped() throws IOException {
        damage("log", ".log", 0.5);
    }

    @Test
    void theEndOfTheRecordsIsMissing() throws IOException {
        damage("data", ".xd", 1);
    }

    /** Flips bytes at that part of the longest such file, or cuts a third off where the part is 1. */
    private void damage(String part, String suffix, double where) throws IOException {
        round++;
        long before = recordsBytes();
        try (TextClient client = cluster.client()) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals("STORED", client.set(key(i), value(i)));
            }
        }
        awaitCheckpoint(before);
        Daemon damaged = cluster.server(0);
        damaged.stop();
        Path file = longest(cluster.store(0).resolve(part), suffix);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            if (where == 1) {
                bytes.setLength(bytes.length() * 2 / 3);
            } else {
                long at = (long) (bytes.length() * where);
                byte[] some = new byte[64];
                bytes.seek(at);
                int count = bytes.read(some);
                for (int i = 0; i < count; i++) {
                    some[i] ^= 0x5a;
                }
                bytes.seek(at);
                bytes.write(some, 0, count);
            }
        }
        damaged.start().awaitReady();
        cluster.awaitHealthy();
        String said = damaged.printed();
        assertTrue(said.matches("(?s).*(ERROR|WARN).*(damaged|copied anew|not as the last checkpoint says).*"), said);
        readFromItAlone();
    }

    /** Nobody writes any more, so the records leave memory and log for the store. */
    private static void awaitCheckpoint(long before) {
        await("records are in the store")
                .atMost(Duration.ofSeconds(60))
                .until(() -> recordsBytes() > before + KEYS * 100);
    }

    private static long recordsBytes() throws IOException {
        return Files.size(longest(cluster.store(0).resolve("data"), ".xd"));
    }

    private static Path longest(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void readFromItAlone() throws IOException {
        cluster.server(1).kill();
        cluster.server(2).kill();
        try (TextClient client = cluster.client()) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals(value(i), client.value(key(i)).orElse("nothing"), key(i));
            }
        }
        cluster.server(1).start();
        cluster.server(2).start();
        cluster.server(1).awaitReady();
        cluster.server(2).awaitReady();
        cluster.awaitHealthy();
    }

    private static String key(int i) {
        return "damage-" + i;
    }

    private static String value(int i) {
        return (round + " of " + i + " ").repeat(20);
    }
}
