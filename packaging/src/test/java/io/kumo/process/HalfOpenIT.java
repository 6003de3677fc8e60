package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients whose hosts vanish without a word: all that they send and are sent is lost. The gateway forgets them, by its
 * own clocks or by TCP's. Runs as root only, with ip, nft and ss.
 */
class HalfOpenIT {
    /** {@code -Dkumo.keepalive=true} waits the two minutes that TCP's keepalive takes. */
    private static final boolean WAITS_FOR_KEEPALIVE = Boolean.getBoolean("kumo.keepalive");

    private static final String IDLE = "gateway0";
    private static final String PATIENT = "gateway1";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static NetworkNamespaces network;
    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        var missing = NetworkNamespaces.missing();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        Assumptions.assumeTrue(CommandResult.isInstalled("ss"), "there is no ss: install iproute2");
        network = new NetworkNamespaces();
        cluster = new ProcessCluster(directory, network).run(1, 1, 0);
        cluster.addGateway("--idle-timeout", "2s").awaitReady();
        cluster.addGateway("--stall-timeout", "2s").awaitReady();
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
    void theIdleTimeoutForgetsAClientThatVanished() throws Exception {
        try (Vanishing client = new Vanishing("idle", IDLE, 0)) {
            client.tell("mn", "MN");
            network.part(List.of("idle"), List.of(IDLE));
            awaitForgotten(IDLE, 0, client, 30);
        }
    }

    @Test
    void theStallTimeoutForgetsAClientThatVanishedInTheMiddleOfACommand() throws Exception {
        try (Vanishing client = new Vanishing("sender", PATIENT, 1)) {
            client.tell("set a 0 0 1000", "");
            awaitKnown(PATIENT, 1, client);
            network.part(List.of("sender"), List.of(PATIENT));
            awaitForgotten(PATIENT, 1, client, 30);
        }
    }

    @Test
    void theStallTimeoutForgetsAClientThatVanishedAndWasNotSentItsAnswer() throws Exception {
        try (Vanishing client = new Vanishing("reader", PATIENT, 1);
                TextClient other = TextClient.connect(network.address(PATIENT), cluster.gatewayPort(1))) {
            assertEquals("STORED", other.set("big", "v".repeat(1_000_000)));
            client.tell("mn", "MN");
            network.cut(PATIENT, "reader");
            client.tell("get big big big big big big big big", "");
            awaitForgotten(PATIENT, 1, client, 30);
        }
    }

    /** Nothing is owed to it and it is between commands: only TCP can notice, and asks after a minute. */
    @Test
    void keepaliveForgetsAnyOther() throws Exception {
        try (Vanishing client = new Vanishing("quiet", PATIENT, 1)) {
            client.tell("mn", "MN");
            String timer = sockets(PATIENT, client).replaceAll("(?s).*timer:\\(keepalive,([^,]*),.*", "$1");
            assertTrue(timer.equals("1min") || timer.matches("[1-5]?[0-9]sec"), timer);
            network.part(List.of("quiet"), List.of(PATIENT));
            if (WAITS_FOR_KEEPALIVE) {
                awaitForgotten(PATIENT, 1, client, 150);
            }
        }
    }

    private static void awaitKnown(String gateway, int index, Vanishing client) {
        await("it is known")
                .atMost(Duration.ofSeconds(30))
                .until(() -> conns(gateway, index).contains(client.address()));
    }

    /** By the gateway, and by the kernel but for what it still sends. */
    private static void awaitForgotten(String gateway, int index, Vanishing client, int withinS) {
        await(client + " is forgotten").atMost(Duration.ofSeconds(withinS)).untilAsserted(() -> {
            String known = conns(gateway, index);
            assertTrue(!known.contains(client.address()), () -> known);
            String open = sockets(gateway, client);
            assertTrue(!open.contains("ESTAB"), () -> open);
        });
    }

    private static String conns(String gateway, int index) throws IOException {
        try (TextClient client = TextClient.connect(network.address(gateway), cluster.gatewayPort(index))) {
            client.send("stats conns\r\n");
            StringBuilder all = new StringBuilder();
            for (String line = client.line(); !line.equals("END"); line = client.line()) {
                all.append(line).append('\n');
            }
            return all.toString();
        }
    }

    /** What the gateway's host has of its connections to the client's. */
    private static String sockets(String gateway, Vanishing client) {
        List<String> command = new ArrayList<>(network.prefix(gateway));
        command.addAll(List.of("ss", "-H", "-t", "-n", "-o", "dst", network.address(client.host)));
        CommandResult result = CommandResult.of(command);
        assertEquals(0, result.exit(), result::output);
        return result.stdout();
    }

    /** A client on a host of its own. */
    private static final class Vanishing implements AutoCloseable {
        private final String host;
        private final Process process;
        private final Reader said;

        Vanishing(String host, String gateway, int index) throws IOException {
            this.host = host;
            String script = "exec 3<>/dev/tcp/" + network.address(gateway) + "/" + cluster.gatewayPort(index)
                    + "; cat <&3 & cat >&3";
            List<String> command = new ArrayList<>(network.prefix(host));
            command.addAll(List.of("bash", "-c", script));
            process = new ProcessBuilder(command).start();
            said = process.inputReader();
        }

        String address() {
            return network.address(host) + ":";
        }

        /** Sends a line, and waits for that answer if it is not empty. */
        void tell(String line, String answer) throws IOException {
            process.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            for (int i = 0; i < answer.length(); i++) {
                assertEquals(answer.charAt(i), (char) said.read());
            }
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public String toString() {
            return host;
        }
    }
}
