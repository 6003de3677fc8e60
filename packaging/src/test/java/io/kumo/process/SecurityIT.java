package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Attach;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Role;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.security.ClusterKey;
import io.kumo.security.KeyRing;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two small clusters, one with a key and one with TLS: who has nothing, something else or another role gets nothing.
 */
class SecurityIT {
    private static final String HOST = "127.0.0.1";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private static CommandResult kumoctl(String... words) {
        List<String> command = new ArrayList<>();
        command.add(ProcessCluster.HOME.resolve("bin").resolve("kumoctl").toString());
        command.addAll(List.of(words));
        return CommandResult.of(command);
    }

    private static void done(String... words) {
        CommandResult result = kumoctl(words);
        assertEquals(0, result.exit(), result.output());
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Test
    void aClusterWithAKeyTakesNobodyElseAndChangesItUnderLoad() throws Exception {
        ClusterKey first = newKey();
        ClusterKey second = newKey();
        writeKeys("", first);
        List<String> ofNodes = List.of("--cluster-key-file", file("cluster"));
        List<String> ofGateways = List.of("--cluster-key-file", file("gateway"));
        List<String> ofOperators = List.of("--cluster-key-file", file("operator"));
        try (ProcessCluster cluster = new ProcessCluster(directory, Hosts.LOOPBACK, program -> switch (program) {
            case "kumo-gateway" -> ofGateways;
            case "kumoctl" -> ofOperators;
            default -> ofNodes;
        })) {
            cluster.run(1, 2, 1);
            String manager = HOST + ":" + cluster.managerPort(0);
            writeKeys("other-", newKey());
            assertTurnedAway("--cluster-key-file", kumoctl(manager, "status"));
            assertTurnedAway(
                    "check its --cluster-key-file",
                    kumoctl(manager, "status", "--cluster-key-file", file("other-operator")));
            assertGatewayCommandsNothing(cluster, key("gateway"));
            assertMqttIsShut(cluster.managerPort(0));
            throwGarbage(cluster);
            backUpAndRestore(cluster);
            try (Load load = Load.start(cluster.gatewayPort(0), 2)) {
                change(cluster, load, 1, first, second);
                change(cluster, load, 2, second, first);
                change(cluster, load, 3, second);
                load.stopAndCheck();
            }
            // A process that knows the newest key only: it comes back, and is in sync again.
            Daemon server = cluster.server(1);
            server.kill();
            server.start().awaitReady();
            cluster.awaitHealthy();
        }
    }

    private static ClusterKey newKey() {
        byte[] secret = new byte[ClusterKey.BYTES];
        new SecureRandom().nextBytes(secret);
        return new ClusterKey(Bytes.wrap(secret));
    }

    /** The files that kumoctl key makes. */
    private void writeKeys(String prefix, ClusterKey... keys) throws IOException {
        for (String kind : List.of(KeyRing.CLUSTER, "gateway", "operator")) {
            StringBuilder text = new StringBuilder();
            for (ClusterKey key : keys) {
                ClusterKey own = Role.ofWord(kind).map(key::derive).orElse(key);
                text.append(kind).append(' ').append(own.hex()).append('\n');
            }
            Path file = directory.resolve(prefix + kind);
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private void change(ProcessCluster cluster, Load load, int times, ClusterKey... keys) throws IOException {
        writeKeys("", keys);
        hangUp(cluster, "cluster keys reloaded", times);
        load.awaitProgress(50);
    }

    private static void hangUp(ProcessCluster cluster, String line, int times) {
        cluster.all().forEach(daemon -> daemon.signal("HUP"));
        await(line)
                .atMost(SOON)
                .until(() -> cluster.all().stream()
                        .allMatch(daemon -> daemon.printed().split(line, -1).length > times));
    }

    private SecurityOptions key(String name) {
        return new SecurityOptions(
                Optional.of(file(name)), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    @Test
    void aClusterWithTlsTakesNobodyElseAndChangesItsCaUnderLoad() throws Exception {
        certificates("ca");
        try (ProcessCluster cluster =
                new ProcessCluster(directory, Hosts.LOOPBACK, program -> options("ca", role(program)))) {
            cluster.run(1, 2, 1);
            String manager = HOST + ":" + cluster.managerPort(0);
            certificates("next");
            assertTurnedAway("TLS", kumoctl(manager, "status"));
            assertTurnedAway("", kumoctl(words(manager, "status", options("next", Role.OPERATOR))));
            assertGatewayCommandsNothing(cluster, tls("ca", Role.GATEWAY));
            assertMqttIsShut(cluster.managerPort(0));
            throwGarbage(cluster);
            backUpAndRestore(cluster);
            importThroughAGatewayThatAsksForAll(cluster);
            try (Load load = Load.start(cluster.gatewayPort(0), 2)) {
                String both = Files.readString(directory.resolve("ca/ca.crt"))
                        + Files.readString(directory.resolve("next/ca.crt"));
                Files.writeString(directory.resolve("ca/ca.crt"), both);
                hangUp(cluster, "node certificate reloaded", 1);
                for (Role role : Role.values()) {
                    for (String kind : List.of(".crt", ".key")) {
                        copy("next", "ca", role.word() + "-localhost" + kind);
                    }
                }
                hangUp(cluster, "node certificate reloaded", 2);
                copy("next", "ca", "ca.crt");
                hangUp(cluster, "node certificate reloaded", 3);
                load.awaitProgress(50);
                load.stopAndCheck();
            }
            Daemon server = cluster.server(1);
            server.kill();
            server.start().awaitReady();
            cluster.awaitHealthy();
        }
    }

    private void copy(String from, String to, String name) throws IOException {
        Files.copy(
                directory.resolve(from).resolve(name),
                directory.resolve(to).resolve(name),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static Role role(String program) {
        return program.equals("kumoctl")
                ? Role.OPERATOR
                : Role.ofWord(program.substring("kumo-".length())).orElseThrow();
    }

    private void certificates(String ca) {
        done("cert", "init", file(ca));
        Stream.of(Role.values())
                .parallel()
                .forEach(role -> done("cert", "issue", file(ca), role.word(), "localhost", HOST));
    }

    private SecurityOptions tls(String ca, Role role) {
        String own = file(ca + "/" + role.word() + "-localhost");
        return new SecurityOptions(
                Optional.empty(),
                Optional.of(own + ".crt"),
                Optional.of(own + ".key"),
                Optional.of(file(ca + "/ca.crt")),
                false);
    }

    private List<String> options(String ca, Role role) {
        SecurityOptions tls = tls(ca, role);
        return List.of(
                "--node-tls-cert",
                tls.cert().orElseThrow(),
                "--node-tls-key",
                tls.key().orElseThrow(),
                "--node-tls-ca",
                tls.ca().orElseThrow());
    }

    private static String[] words(String manager, String command, List<String> more) {
        List<String> words = new ArrayList<>(List.of(manager, command));
        words.addAll(more);
        return words.toArray(String[]::new);
    }

    private static void assertTurnedAway(String saying, CommandResult result) {
        assertEquals(1, result.exit(), result.output());
        assertTrue(result.output().contains(saying), result.output());
        assertFalse(result.output().contains("Exception"), result.output());
    }

    /** Not as a gateway, and not when it says that it is an operator. */
    private void assertGatewayCommandsNothing(ProcessCluster cluster, SecurityOptions gateway) throws Exception {
        NodeSecurity security = NodeSecurity.of(gateway, Role.GATEWAY);
        RpcClient honest = client(cluster.managerPort(0), Role.GATEWAY, security);
        result(honest.whenConnected(10_000));
        KumoException refused =
                assertThrows(KumoException.class, () -> result(honest.call(new Attach(true, List.of()), 5_000)));
        assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
        RpcClient liar = client(cluster.managerPort(0), Role.OPERATOR, security);
        assertThrows(KumoException.class, () -> result(liar.whenConnected(1_000)));
        honest.close();
        liar.close();
    }

    private RpcClient client(int port, Role role, NodeSecurity security) {
        return new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                new HostPort(HOST, port),
                () -> new Hello(1, "", role.program(), "stranger", "test"),
                new RpcHandlers().secure(security),
                () -> 0,
                RpcLimits.DEFAULT);
    }

    private void assertMqttIsShut(int managerPort) {
        MqttClient client = MqttClient.create(vertx);
        assertThrows(Exception.class, () -> result(client.connect(managerPort + 20, HOST)));
    }

    /** Whatever comes, the connection ends and the process goes on. */
    private static void throwGarbage(ProcessCluster cluster) throws IOException {
        Random random = new Random(1);
        List<Socket> strangers = new ArrayList<>();
        for (int port : List.of(
                cluster.managerPort(0),
                cluster.managerPort(0) + 10,
                cluster.managerPort(0) + 20,
                serverPort(cluster))) {
            for (int i = 0; i < 3; i++) {
                byte[] garbage = new byte[1 << 16];
                random.nextBytes(garbage);
                Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port);
                stranger.setSoTimeout((int) SOON.toMillis());
                strangers.add(stranger);
                try {
                    stranger.getOutputStream().write(garbage);
                } catch (IOException e) {
                    // it is turned away already
                }
            }
        }
        for (Socket stranger : strangers) {
            try (stranger) {
                stranger.getInputStream().readNBytes(1 << 20); // to the end of the connection
            } catch (SocketException e) {
                // cut off
            }
        }
        cluster.all().forEach(daemon -> assertTrue(daemon.isAlive(), daemon.name()));
    }

    private static void backUpAndRestore(ProcessCluster cluster) throws IOException {
        try (TextClient client = cluster.client()) {
            assertEquals("STORED", client.set("kept", "as it was"));
            cluster.kumoctl("backup", "first");
            assertEquals("STORED", client.set("kept", "changed"));
            List<String> restore = new ArrayList<>(List.of("restore", "--into-non-empty"));
            for (int i = 0; i < cluster.serverCount(); i++) {
                Path place = cluster.store(i).resolve("backup").resolve("first");
                if (Files.exists(place)) {
                    restore.add(place.toString());
                }
            }
            String restored = cluster.kumoctl(restore.toArray(String[]::new));
            assertTrue(restored.contains("restored 1 records"), restored);
            assertEquals("as it was", client.value("kept").orElseThrow());
        }
    }

    /** TLS, a client's certificate, and a user. */
    private void importThroughAGatewayThatAsksForAll(ProcessCluster cluster) throws IOException {
        int port = ProcessCluster.freePort();
        List<String> passwd = List.of(
                "sh",
                "-c",
                "echo secret | " + ProcessCluster.HOME.resolve("bin/kumoctl") + " passwd " + file("users") + " amy");
        assertEquals(0, CommandResult.of(passwd).exit());
        cluster.addGateway(
                        "--tls-listen",
                        HOST + ":" + port,
                        "--tls-cert",
                        file("ca/gateway-localhost.crt"),
                        "--tls-key",
                        file("ca/gateway-localhost.key"),
                        "--tls-client-ca",
                        file("ca/ca.crt"),
                        "--auth-file",
                        file("users"))
                .awaitReady();
        for (String word : List.of("secret", "wrong")) {
            Files.writeString(directory.resolve(word), word + "\n");
            Files.setPosixFilePermissions(directory.resolve(word), PosixFilePermissions.fromString("rw-------"));
        }
        Files.writeString(directory.resolve("lines"), "{\"key\":\"brought\",\"value\":\"in\"}\n");
        String command = "import localhost:" + port + " " + file("lines");
        assertTurnedAway("it may want TLS: --tls-ca", kumoctl(command.split(" ")));
        command += " --tls-ca " + file("ca/ca.crt");
        assertTurnedAway("gateway localhost:" + port, kumoctl(command.split(" ")));
        String certificate =
                " --tls-cert " + file("ca/operator-localhost.crt") + " --tls-key " + file("ca/operator-localhost.key");
        command += certificate;
        assertTurnedAway("give --user and --password-file", kumoctl(command.split(" ")));
        assertTurnedAway(
                "it does not know amy with that password",
                kumoctl((command + " --user amy --password-file " + file("wrong")).split(" ")));
        String user = " --user amy --password-file " + file("secret");
        done((command + user).split(" "));
        try (TextClient client = cluster.client()) {
            assertEquals("in", client.value("brought").orElseThrow());
        }
        done(("bench localhost:" + port + " --tls-ca " + file("ca/ca.crt") + certificate + user
                        + " --seconds 1 --warm-up 0 --keys 100 --connections 2")
                .split(" "));
    }

    private static int serverPort(ProcessCluster cluster) {
        return HostPort.parse(cluster.serverAddress(0), 0).port();
    }
}
