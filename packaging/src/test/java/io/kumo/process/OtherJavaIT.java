package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The same programs on every other Java that is installed here. */
class OtherJavaIT {
    /** What the JVM itself prints: of native access, of Unsafe, of options that are deprecated or unknown. */
    private static final Pattern OF_THE_JVM = Pattern.compile("WARNING:|64-Bit|warning:|Picked up|Unrecognized");

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> aClusterLosesAServerAndNothingElse() throws IOException {
        List<InstalledJava> others = InstalledJava.others();
        assumeFalse(others.isEmpty(), "there is no Java from 17 on but the one that runs this: install another one");
        return others.stream().map(java -> DynamicTest.dynamicTest("Java " + java.feature(), () -> runOn(java)));
    }

    private void runOn(InstalledJava java) throws IOException {
        Hosts hosts = new Hosts() {
            @Override
            public String address(String name) {
                return "127.0.0.1";
            }

            @Override
            public List<String> prefix(String name) {
                return java.prefix();
            }
        };
        Path here = Files.createDirectory(directory.resolve("java" + java.feature()));
        try (ProcessCluster cluster = new ProcessCluster(here, hosts, program -> List.of()).run(1, 3, 1)) {
            try (Load load = Load.start(cluster.gatewayPort(0), 1)) {
                for (Daemon daemon : cluster.all()) {
                    Path executable = Path.of("/proc/" + daemon.pid() + "/exe");
                    assertEquals(java.home().resolve("bin/java").toRealPath(), executable.toRealPath());
                }
                cluster.server(0).kill();
                load.awaitProgress(200);
                cluster.server(0).start().awaitReady();
                cluster.awaitHealthy();
                load.stopAndCheck();
            }
            assertKumoctlPrintsItsAnswerOnly(java, cluster);
            for (Daemon daemon : cluster.all()) {
                daemon.stop();
                assertFalse(OF_THE_JVM.matcher(daemon.printed()).find(), daemon::printed);
            }
        }
    }

    private static void assertKumoctlPrintsItsAnswerOnly(InstalledJava java, ProcessCluster cluster) {
        List<String> command = new ArrayList<>(java.prefix());
        command.add(ProcessCluster.HOME.resolve("bin/kumoctl").toString());
        command.addAll(List.of(cluster.managerAddress(0), "status", "--json"));
        CommandResult status = CommandResult.of(command);
        assertEquals(0, status.exit(), status.output());
        assertEquals(status.stdout(), status.output(), "nothing on stderr");
        assertEquals(3, ClusterStatus.parse(status.stdout()).servers().size());
    }
}
