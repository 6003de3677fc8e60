package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/** A cluster of real processes on loopback, each on ports and in a directory of its own. Ends only what it started. */
final class ProcessCluster implements AutoCloseable {
    static final Path HOME = Path.of(System.getProperty("kumo.home"));
    private static final String HOST = "127.0.0.1";
    private static final Random RANDOM = new Random();
    private static final int LOG_SHOWN = 3_000;

    private final Path directory;
    private final List<Integer> managerPorts = new ArrayList<>();
    private final List<Daemon> managers = new ArrayList<>();
    private final List<Daemon> servers = new ArrayList<>();
    private final List<Daemon> gateways = new ArrayList<>();
    private final List<Integer> serverPorts = new ArrayList<>();
    private final List<Integer> gatewayPorts = new ArrayList<>();

    ProcessCluster(Path directory) {
        this.directory = directory;
    }

    /** Started, attached and serving. */
    static ProcessCluster running(Path directory, int managerCount, int serverCount, int gatewayCount) {
        ProcessCluster cluster = new ProcessCluster(directory);
        try {
            cluster.addManagers(managerCount);
            for (int i = 0; i < serverCount; i++) {
                cluster.addServer();
            }
            for (int i = 0; i < gatewayCount; i++) {
                cluster.addGateway();
            }
            cluster.all().forEach(Daemon::awaitReady);
            cluster.awaitStatus(
                    "all servers are known", status -> status.servers().size() == serverCount);
            cluster.kumoctl("attach", "--wait");
            cluster.awaitHealthy();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    void addManagers(int count) {
        for (int i = 0; i < count; i++) {
            managerPorts.add(freePort());
        }
        for (int i = 0; i < count; i++) {
            List<String> command = command("kumo-manager");
            command.addAll(List.of(
                    "-v",
                    "-l",
                    HOST + ":" + managerPorts.get(i),
                    "--http",
                    "off",
                    "--data",
                    directory.resolve("manager" + i).toString()));
            for (int j = 0; j < count; j++) {
                if (j != i) {
                    command.addAll(List.of("-p", HOST + ":" + managerPorts.get(j)));
                }
            }
            managers.add(daemon("manager" + i, command).start());
        }
    }

    Daemon addServer(String... options) {
        int index = servers.size();
        serverPorts.add(freePort());
        List<String> command = command("kumo-server");
        command.addAll(List.of(
                "-v",
                "-l",
                HOST + ":" + serverPorts.get(index),
                "--http",
                "off",
                "-s",
                directory.resolve("server" + index).toString()));
        command.addAll(managerOptions());
        command.addAll(List.of(options));
        Daemon server = daemon("server" + index, command).start();
        servers.add(server);
        return server;
    }

    Daemon addGateway(String... options) {
        int index = gateways.size();
        gatewayPorts.add(freePort());
        List<String> command = command("kumo-gateway");
        command.addAll(List.of("-v", "-t", HOST + ":" + gatewayPorts.get(index), "--http", "off"));
        command.addAll(managerOptions());
        command.addAll(List.of(options));
        Daemon gateway = daemon("gateway" + index, command).start();
        gateways.add(gateway);
        return gateway;
    }

    private List<String> managerOptions() {
        List<String> options = new ArrayList<>(List.of("-m", HOST + ":" + managerPorts.get(0)));
        for (int i = 1; i < managerPorts.size(); i++) {
            options.addAll(List.of("-p", HOST + ":" + managerPorts.get(i)));
        }
        return options;
    }

    private Daemon daemon(String name, List<String> command) {
        return new Daemon(name, command, directory.resolve(name + ".out"));
    }

    private static List<String> command(String program) {
        return new ArrayList<>(List.of(HOME.resolve("bin").resolve(program).toString()));
    }

    Daemon manager(int index) {
        return managers.get(index);
    }

    Daemon server(int index) {
        return servers.get(index);
    }

    int serverCount() {
        return servers.size();
    }

    Daemon gateway(int index) {
        return gateways.get(index);
    }

    int gatewayPort(int index) {
        return gatewayPorts.get(index);
    }

    int managerPort(int index) {
        return managerPorts.get(index);
    }

    TextClient client() throws IOException {
        return TextClient.connect(HOST, gatewayPorts.get(0));
    }

    List<Daemon> all() {
        List<Daemon> daemons = new ArrayList<>(managers);
        daemons.addAll(servers);
        daemons.addAll(gateways);
        return daemons;
    }

    /** What kumoctl prints; it must end with 0. Asks the first manager that runs. */
    String kumoctl(String... arguments) {
        int manager = 0;
        while (!managers.get(manager).isAlive()) {
            manager++;
        }
        List<String> command = command("kumoctl");
        command.add(HOST + ":" + managerPorts.get(manager));
        command.addAll(List.of(arguments));
        CommandResult result = CommandResult.of(command);
        assertEquals(0, result.exit(), () -> command + ": " + result.output());
        return result.output();
    }

    ClusterStatus status() {
        return ClusterStatus.parse(kumoctl("status", "--json"));
    }

    void awaitStatus(String what, Predicate<ClusterStatus> holds) {
        try {
            await(what)
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(200))
                    .ignoreExceptions()
                    .until(() -> holds.test(status()));
        } catch (ConditionTimeoutException e) {
            StringBuilder printed = new StringBuilder(what).append(" does not come true");
            for (Daemon daemon : all()) {
                String text = daemon.printed();
                String end = text.substring(Math.max(0, text.length() - LOG_SHOWN));
                printed.append("\n--- ").append(daemon.name()).append(daemon.isAlive() ? "" : " (dead)");
                printed.append('\n').append(end);
            }
            throw new AssertionError(printed.toString(), e);
        }
    }

    /** Every server is active, every partition has all its copies, nothing moves. */
    void awaitHealthy() {
        int wanted = Math.min(3, serverCount());
        awaitStatus("the cluster is healthy", status -> status.isHealthy(wanted));
    }

    @Override
    public void close() {
        all().forEach(Daemon::end);
    }

    /**
     * A port below those that the kernel gives to outgoing connections, free with those that a manager derives from it:
     * group, MQTT, and the group's failure detector.
     */
    static int freePort() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = 20_000 + RANDOM.nextInt(10_000);
            if (isFree(port) && isFree(port + 10) && isFree(port + 20) && isFree(port + 1010)) {
                return port;
            }
        }
        throw new AssertionError("no free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
