package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of real processes under load: a pause, no error, nothing acknowledged is lost, nothing counts twice. */
@Tag("alone")
class CrashIT {
    private static final int CLIENTS = 8;

    @TempDir
    Path directory;

    @Test
    void everythingIsKilledAndStartedAgain() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, 3, 1)) {
            Load load = Load.start(cluster.gatewayPort(0), CLIENTS);
            load.awaitProgress(2_000);
            load.close();
            cluster.all().forEach(Daemon::kill);
            cluster.all().forEach(Daemon::start);
            cluster.all().forEach(Daemon::awaitReady);
            cluster.awaitHealthy();
            load.verify();
        }
    }

    @Test
    void aFourthServerIsAttachedUnderLoad() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, 3, 1);
                Load load = Load.start(cluster.gatewayPort(0), CLIENTS)) {
            cluster.addServer().awaitReady();
            cluster.awaitStatus(
                    "the new server is known", status -> status.servers().size() == 4);
            cluster.kumoctl("attach", "--wait");
            cluster.awaitHealthy();
            load.awaitProgress(1_000);
            load.stopAndCheck();
            for (var server : cluster.status().servers()) {
                assertEquals("768", server.get("copies"), server.get("address"));
                assertEquals("256", server.get("primaries"), server.get("address"));
            }
        }
    }

    @Test
    void readsAndWritesGoOnWhileAllManagersAreDown() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, 3, 1);
                Load load = Load.start(cluster.gatewayPort(0), CLIENTS)) {
            cluster.manager(0).kill();
            load.forgetSlowest();
            load.awaitProgress(5_000);
            assertTrue(load.slowestMs() < 1_000, () -> "a pause of " + load.slowestMs() + " ms");
            cluster.manager(0).start().awaitReady();
            cluster.awaitHealthy();
            load.stopAndCheck();
        }
    }
}
