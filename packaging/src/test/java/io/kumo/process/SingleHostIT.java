package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The single-host example of kumofs's README, as it is typed there, with kumo's programs on the PATH. It says which
 * ports are used, so it has a host of its own: a network namespace, which needs root.
 */
@Tag("alone")
class SingleHostIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private NetworkNamespaces network;
    private List<String> prefix;
    private final List<Daemon> daemons = new ArrayList<>();

    @BeforeEach
    void makeHost() {
        var missing = NetworkNamespaces.missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        network = new NetworkNamespaces();
        network.address("host");
        prefix = network.prefix("host");
    }

    @AfterEach
    void removeHost() {
        daemons.forEach(Daemon::end);
        if (network != null) {
            network.close();
        }
    }

    /**
     * In the directory of the test, in a shell that finds kumo's programs. A manager keeps its votes in /var/lib unless
     * told otherwise: here that is empty, and gone with the process.
     */
    private List<String> shell(String line) {
        List<String> command = new ArrayList<>(prefix);
        String path = "PATH=" + ProcessCluster.HOME.resolve("bin") + ":$PATH; mount -t tmpfs none /var/lib; ";
        command.addAll(List.of("sh", "-c", path + "cd " + directory + " && " + line));
        return command;
    }

    /** Types it into a terminal of its own. */
    private Daemon terminal(String line) {
        String name = "terminal" + daemons.size();
        Daemon daemon = new Daemon(name, shell("exec " + line), directory.resolve(name + ".out"));
        daemons.add(daemon.start());
        return daemon.awaitReady();
    }

    private String type(String line) {
        CommandResult result = CommandResult.of(shell(line));
        assertEquals(0, result.exit(), () -> line + ": " + result.output());
        return result.output();
    }

    @Test
    void theExampleOfKumofsRunsAsTyped() {
        terminal("kumo-manager -v -l localhost");
        terminal("kumo-server  -v -m localhost -l localhost:19801 -L 19902 -s ./database1.tch");
        terminal("kumo-server  -v -m localhost -l localhost:19802 -L 19902 -s ./database2.tch");
        await("both servers are known")
                .atMost(SOON)
                .until(() -> type("kumoctl localhost status").contains(":19802"));
        type("kumoctl localhost attach");
        terminal("kumo-gateway -v -m localhost -t 11411");
        String talk = "{ printf 'set key 0 0 5\\r\\nvalue\\r\\nget key\\r\\nquit\\r\\n'; } | nc -w 10 localhost 11411";
        await("it is served")
                .atMost(SOON)
                .until(() -> type(talk), answer -> answer.equals("STORED\r\nVALUE key 0 5\r\nvalue\r\nEND\r\n"));
        String status = type("kumoctl localhost status");
        assertTrue(status.contains(":19801") && status.contains(":19802") && status.contains("(active)"), status);
        for (int i = daemons.size() - 1; i >= 0; i--) {
            long beganNs = System.nanoTime();
            daemons.get(i).stop();
            System.out.printf("SIGTERM: ended after %d ms%n", (System.nanoTime() - beganNs) / 1_000_000);
        }
    }

    @Test
    void daemonsRunInTheBackgroundWithAFileForTheirIdAndALog() throws IOException {
        List<String> lines = List.of(
                "kumo-manager -l localhost",
                "kumo-server -m localhost -l localhost:19801 -s database1.tch",
                "kumo-gateway -m localhost -t 11411");
        List<ProcessHandle> processes = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            type(lines.get(i) + " -o log" + i + " -d pid" + i);
            long pid = Long.parseLong(
                    Files.readString(directory.resolve("pid" + i)).strip());
            processes.add(ProcessHandle.of(pid).orElseThrow());
            assertTrue(Files.size(directory.resolve("log" + i)) > 0, lines.get(i));
        }
        for (int i = lines.size() - 1; i >= 0; i--) {
            assertTrue(processes.get(i).destroy(), lines.get(i));
            ProcessHandle process = processes.get(i);
            await(lines.get(i) + " ends").atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
            assertFalse(Files.exists(directory.resolve("pid" + i)), lines.get(i));
        }
    }
}
