package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kumoctl rolling-restart, with a command that has this test restart the server that it names. */
@Tag("alone")
class RollingRestartIT {
    private static final int SERVERS = 3;

    @TempDir
    Path directory;

    @Test
    void restartsAllServersUnderLoadAndStopsWhereSomethingIsWrong() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, SERVERS, 1);
                Load load = Load.start(cluster.gatewayPort(0), 2)) {
            assertStopsWhenACommandFails(cluster);
            String asks = "touch " + directory + "/{port}.asked; until [ -e " + directory
                    + "/{port}.done ]; do sleep 0.1; done";
            String shown = cluster.kumoctl("rolling-restart", "--command", asks, "--dry-run");
            assertEquals(SERVERS, shown.split("  safe to stop  would run: touch ", -1).length - 1, shown);
            List<Long> before = pids(cluster);

            CompletableFuture<String> restart =
                    CompletableFuture.supplyAsync(() -> cluster.kumoctl("rolling-restart", "--command", asks));
            for (int restarted = 0; restarted < SERVERS; restarted++) {
                restartTheOneThatIsAskedFor(cluster, restart);
            }
            String printed = restart.orTimeout(60, TimeUnit.SECONDS).join();
            assertTrue(printed.endsWith("done: 3 servers were restarted\n"), printed);
            for (int i = 0; i < SERVERS; i++) {
                assertNotEquals(before.get(i), pids(cluster).get(i));
            }
            load.stopAndCheck();
        }
    }

    private static void assertStopsWhenACommandFails(ProcessCluster cluster) {
        CommandResult failed = cluster.tryKumoctl("rolling-restart", "--command", "exit 7");
        assertEquals(1, failed.exit(), failed.output());
        assertTrue(failed.output().contains("its command ended with exit code 7; still to be done: "), failed.output());
        assertFalse(failed.output().contains("Exception"), failed.output());
        CommandResult unknown = cluster.tryKumoctl("rolling-restart", "--command", "ssh {name}");
        assertEquals(2, unknown.exit(), unknown.output());
    }

    private void restartTheOneThatIsAskedFor(ProcessCluster cluster, CompletableFuture<String> restart) {
        List<Integer> asked = new ArrayList<>();
        await("a server is to be restarted").atMost(Duration.ofSeconds(60)).until(() -> {
            for (int i = 0; i < SERVERS; i++) {
                if (Files.deleteIfExists(file(cluster, i, "asked"))) {
                    asked.add(i);
                }
            }
            return !asked.isEmpty() || restart.isCompletedExceptionally();
        });
        assertEquals(1, asked.size(), "one at a time");
        int index = asked.get(0);
        for (int i = 0; i < SERVERS; i++) {
            assertTrue(cluster.server(i).isRunning(), "the others are there");
        }
        cluster.server(index).stop();
        cluster.server(index).start().awaitReady();
        try {
            Files.createFile(file(cluster, index, "done"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path file(ProcessCluster cluster, int server, String what) {
        String address = cluster.serverAddress(server);
        return directory.resolve(address.substring(address.lastIndexOf(':') + 1) + "." + what);
    }

    private static List<Long> pids(ProcessCluster cluster) {
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            pids.add(cluster.server(i).pid());
        }
        return pids;
    }
}
