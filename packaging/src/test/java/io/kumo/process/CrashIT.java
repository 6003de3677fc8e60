package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of real processes under load: a pause, no error, nothing acknowledged is lost, nothing counts twice. */
class CrashIT {
    private static final int CLIENTS = 8;
    private static final long LONGEST_PAUSE_MS = 3_000;

    @TempDir
    Path directory;

    @Test
    void eachServerInTurnIsKilledUnderLoad() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, 3, 1);
                Load load = Load.start(cluster.gatewayPort(0), CLIENTS)) {
            load.forgetSlowest();
            for (int i = 0; i < cluster.serverCount(); i++) {
                cluster.server(i).kill();
                load.awaitProgress(2_000);
                cluster.server(i).start().awaitReady();
                cluster.awaitHealthy();
            }
            load.stopAndCheck();
            assertTrue(load.slowestMs() < LONGEST_PAUSE_MS, () -> "a pause of " + load.slowestMs() + " ms");
        }
    }

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
    void theLeaderIsKilledAndThenAServer() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.running(directory, 2, 3, 1);
                Load load = Load.start(cluster.gatewayPort(0), CLIENTS)) {
            cluster.manager(0).kill();
            await("the other manager leads")
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> cluster.kumoctl("status").contains(cluster.managerPort(1) + "  (leader)"));
            load.awaitProgress(1_000);
            cluster.server(0).kill();
            cluster.awaitStatus(
                    "the server is missed",
                    status -> status.servers().stream()
                            .anyMatch(server -> server.get("state").equals("fault")));
            load.awaitProgress(1_000);
            cluster.manager(0).start().awaitReady();
            cluster.server(0).start().awaitReady();
            cluster.awaitHealthy();
            load.stopAndCheck();
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
