package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster of an earlier build is upgraded to this one, process by process, under load, and back again. With
 * {@code -Dkumo.previous=DIRECTORY}, where that build is; skipped without.
 */
@Tag("alone")
class UpgradeIT {
    private static final String PREVIOUS = System.getProperty("kumo.previous", "");

    @TempDir
    Path directory;

    @Test
    void oldAndNewWorkTogetherWhileAllAreReplacedInTurn() throws IOException {
        assumeFalse(PREVIOUS.isEmpty(), "no earlier build: -Dkumo.previous=DIRECTORY says where one is");
        Path previous = Path.of(PREVIOUS).toAbsolutePath();
        assertTrue(Files.isExecutable(previous.resolve("bin/kumo-server")), previous + " is no kumo");
        try (ProcessCluster cluster =
                        new ProcessCluster(directory).withHome(previous).run(3, 3, 1);
                Load load = Load.start(cluster.gatewayPort(0), 2)) {
            replaceInTurn(cluster, load, previous, ProcessCluster.HOME);
            replaceInTurn(cluster, load, ProcessCluster.HOME, previous);
            load.stopAndCheck();
        }
    }

    /** Managers first, as the documents say; the gateway stays what it is, its clients would lose their connections. */
    private static void replaceInTurn(ProcessCluster cluster, Load load, Path from, Path to) {
        for (int i = 0; i < cluster.managerCount(); i++) {
            replace(cluster.manager(i), from, to);
            cluster.awaitStatus("the managers are there", ClusterStatus::areManagersThere);
            load.awaitProgress(20);
        }
        for (int i = 0; i < cluster.serverCount(); i++) {
            replace(cluster.server(i), from, to);
            cluster.awaitHealthy();
            load.awaitProgress(20);
        }
    }

    private static void replace(Daemon daemon, Path from, Path to) {
        daemon.stop();
        daemon.runFrom(from, to).start().awaitReady();
    }
}
