package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of one of three servers is full: writes are refused with a clear error, reads and deletes go on, and the
 * server goes on by itself once there is room. Runs as root only.
 */
@Tag("alone")
class DiskIT {
    private static final int DISK_MB = 96;
    private static final long RESERVE_BYTES = 16 << 20;
    private static final int CLIENTS_EACH = 3;
    private static final int SOME = 150;
    private static final int KEYS = 50;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static SmallDisk disk;
    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        var missing = SmallDisk.missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        cluster = new ProcessCluster(directory);
        disk = new SmallDisk(cluster.store(0), DISK_MB);
        cluster.run(1, 3, 2, "--disk-reserve", "16m", "--log-retention", "4m", "--memory", "16m");
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void belowTheReserveOnlyWritesAreRefused() throws IOException {
        try (TextClient client = cluster.client()) {
            awaitWritable(client);
            disk.fill(RESERVE_BYTES / 2);
            int refused = await("a write is refused")
                    .atMost(SOON)
                    .until(() -> firstRefused(client, "newer"), number -> number < KEYS);
            assertTrue(client.value("reserve-" + refused).isPresent(), "it can be read");
            assertEquals("DELETED", client.ask("delete reserve-" + refused));
            disk.empty();
            awaitWritable(client);
        } finally {
            disk.empty();
        }
        cluster.awaitHealthy();
    }

    private static void awaitWritable(TextClient client) {
        await("all writes are taken").atMost(SOON).until(() -> firstRefused(client, "value"), number -> number == KEYS);
    }

    /** The number of a key whose primary takes no writes; that after the last if each does. */
    private static int firstRefused(TextClient client, String value) throws IOException {
        for (int i = 0; i < KEYS; i++) {
            String answer = client.set("reserve-" + i, value);
            if (!answer.equals("STORED")) {
                assertTrue(answer.matches("SERVER_ERROR .*disk is nearly full: writes are refused.*"), answer);
                return i;
            }
        }
        return KEYS;
    }

    @Test
    void aDiskThatIsFullInTheMiddleOfAWriteHeals() throws IOException {
        try (TextClient client = cluster.client()) {
            awaitWritable(client);
        }
        play("full under load", load -> {
            disk.fill(0);
            load.awaitProgressEverywhere(SOME);
        });
    }

    @Test
    void aDiskThatIsFullInTheMiddleOfACheckpointHeals() throws IOException {
        try (TextClient client = cluster.client()) {
            awaitWritable(client);
            for (int i = 0; i < 2_000; i++) {
                assertEquals("STORED", client.set("large-" + i, ("large " + i + " ").repeat(300)));
            }
            disk.fill(0);
            await("a checkpoint fails")
                    .atMost(SOON)
                    .until(() -> cluster.server(0).printed().contains("checkpoint failed"));
            disk.empty();
            cluster.awaitHealthy();
            cluster.server(0).kill();
            cluster.server(0).start().awaitReady();
            cluster.awaitHealthy();
            for (int i = 0; i < 2_000; i++) {
                assertEquals(
                        ("large " + i + " ").repeat(300),
                        client.value("large-" + i).orElse("nothing"));
                assertEquals("DELETED", client.ask("delete large-" + i));
            }
        } finally {
            disk.empty();
        }
    }

    private interface Steps {
        void run(RecordedLoad load);
    }

    private static void play(String what, Steps steps) {
        try (RecordedLoad load = cluster.recordedLoad(CLIENTS_EACH)) {
            load.excuseAll();
            try {
                steps.run(load);
            } finally {
                disk.empty();
            }
            assertTrue(
                    cluster.server(0).isAlive(),
                    () -> "it ended: " + cluster.server(0).printed());
            cluster.awaitHealthy();
            load.awaitProgressEverywhere(SOME);
            load.excuseNobody();
            load.awaitProgressEverywhere(SOME);
            load.stopAndCheck();
            System.out.println(what + ": " + load.summary());
        }
    }
}
