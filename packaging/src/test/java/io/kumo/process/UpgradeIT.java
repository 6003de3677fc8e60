package io.kumo.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of the previous build is upgraded to this one, process by process, under load, and begins to go back. */
class UpgradeIT {
    private static final int MANAGERS = 3;
    private static final int SERVERS = 3;

    @TempDir
    Path directory;

    @Test
    void oldAndNewWorkTogetherWhileAllAreReplacedInTurn() throws IOException {
        Path previous = PreviousBuild.home();
        Path next = ProcessCluster.HOME;
        try (ProcessCluster cluster =
                new ProcessCluster(directory).withHome(previous).run(MANAGERS, SERVERS, 1)) {
            // A gateway of each build from the beginning: clients would lose their connections if one were replaced.
            cluster.withHome(next).addGateway().awaitReady();
            try (Load load = Load.start(List.of(cluster.gatewayPort(0), cluster.gatewayPort(1)))) {
                replaceManagers(cluster, load, MANAGERS, previous, next);
                replaceServers(cluster, load, SERVERS, previous, next);
                // The old ones read what the new ones wrote.
                replaceServers(cluster, load, 1, next, previous);
                replaceManagers(cluster, load, 1, next, previous);
                load.stopAndCheck();
            }
        }
    }

    private static void replaceManagers(ProcessCluster cluster, Load load, int count, Path from, Path to) {
        for (int i = 0; i < count; i++) {
            replace(cluster.manager(i), from, to);
            cluster.awaitStatus("the managers are there", ClusterStatus::areManagersThere);
            load.awaitProgress(20);
        }
    }

    private static void replaceServers(ProcessCluster cluster, Load load, int count, Path from, Path to) {
        for (int i = 0; i < count; i++) {
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
