package io.kumo.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Partitions of the network between real processes, each in a network namespace of its own, while clients of two
 * gateways read and write. Where the sides can't both serve, the clients of one may fail; none may be told what is not
 * so. Runs as root only, with ip and nft.
 */
@Tag("alone")
class PartitionIT {
    private static final int CLIENTS_EACH = 3;
    private static final int SOME = 150;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static NetworkNamespaces network;
    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        var missing = NetworkNamespaces.missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        network = new NetworkNamespaces();
        cluster = new ProcessCluster(directory, network).run(2, 3, 2);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
        if (network != null) {
            network.close();
        }
    }

    @Test
    void aPrimaryIsAloneWithOneGateway() {
        play("primary alone with a gateway", load -> {
            load.excuse(0);
            network.part(List.of("server0", "gateway0"), allBut("server0", "gateway0"));
            awaitFault();
            load.awaitProgressAt(1, SOME);
        });
    }

    @Test
    void aPrimaryIsAloneButClientsStillReachIt() {
        play("primary alone, both gateways reach it", load -> {
            network.part(List.of("server0"), List.of("server1", "server2", "manager0", "manager1"));
            awaitFault();
            load.awaitProgressEverywhere(SOME);
        });
    }

    @Test
    void managersAreApartWithTwoServersOnOneSide() {
        play("managers apart", load -> {
            load.excuse(0);
            network.part(
                    List.of("manager0", "server0", "gateway0"), List.of("manager1", "server1", "server2", "gateway1"));
            load.awaitProgressAt(1, SOME);
        });
    }

    @Test
    void nothingThatAServerSaysIsHeard() {
        play("a server is not heard", load -> {
            allBut("server0").forEach(other -> network.cut("server0", other));
            load.awaitProgressEverywhere(SOME);
        });
    }

    @Test
    void aServerHearsNothing() {
        play("a server hears nothing", load -> {
            allBut("server0").forEach(other -> network.cut(other, "server0"));
            load.awaitProgressEverywhere(SOME);
        });
    }

    @Test
    void twoServersDoNotReachEachOther() {
        play("two servers apart, managers reach both", load -> {
            network.part(List.of("server0"), List.of("server1"));
            load.awaitProgressEverywhere(SOME);
        });
    }

    private interface Steps {
        void run(RecordedLoad load);
    }

    private static void play(String what, Steps steps) {
        try (RecordedLoad load = cluster.recordedLoad(CLIENTS_EACH)) {
            load.forgetSlowest();
            try {
                steps.run(load);
            } finally {
                network.heal();
            }
            cluster.awaitHealthy();
            load.awaitProgressEverywhere(SOME);
            load.excuseNobody();
            load.awaitProgressEverywhere(SOME);
            load.stopAndCheck();
            System.out.println(what + ": " + load.summary());
        }
    }

    private static void awaitFault() {
        cluster.awaitStatus("a server is missed", status -> status.hasServerIn("fault"));
    }

    private static List<String> allBut(String... names) {
        List<String> all = new ArrayList<>();
        cluster.all().forEach(daemon -> all.add(daemon.name()));
        all.removeAll(List.of(names));
        return all;
    }
}
