package io.kumo.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.ctl.runtime.KumoctlMain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A cluster of real processes, each on ports and in a directory of its own, on loopback or where {@link Hosts} says.
 * Ends only what it started.
 */
final class ProcessCluster implements AutoCloseable {
    static final Path HOME = Path.of(System.getProperty("kumo.home"));
    private static final List<String> INSECURE = List.of("--insecure");
    private static final Random RANDOM = new Random();
    /** Which of the processes that run tests this is; from 1. */
    private static final int FORK = Integer.getInteger("kumo.fork", 1);

    private static final int LOG_SHOWN = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** Ports that were given to anybody. */
    private static final Set<Integer> GIVEN = new HashSet<>();

    private final Path directory;
    private final Hosts hosts;
    private final Function<String, List<String>> security;
    private final List<Integer> managerPorts = new ArrayList<>();
    private List<String> moreManagerOptions = List.of();
    private final List<Daemon> managers = new ArrayList<>();
    private final List<Daemon> servers = new ArrayList<>();
    private final List<Daemon> gateways = new ArrayList<>();
    private final List<Integer> serverPorts = new ArrayList<>();
    private final List<Integer> gatewayPorts = new ArrayList<>();
    private String managerHttp = "off";
    private Path home = HOME;

    ProcessCluster(Path directory) {
        this(directory, Hosts.LOOPBACK);
    }

    ProcessCluster(Path directory, Hosts hosts) {
        this(directory, hosts, program -> hosts == Hosts.LOOPBACK || program.equals("kumoctl") ? List.of() : INSECURE);
    }

    /** @param security options by which the program of that name proves who it is */
    ProcessCluster(Path directory, Hosts hosts, Function<String, List<String>> security) {
        ClassArchives.ensure();
        this.directory = directory;
        this.hosts = hosts;
        this.security = security;
    }

    /** Options of all managers that are started from here on. */
    ProcessCluster managersWith(String... options) {
        moreManagerOptions = List.of(options);
        return this;
    }

    /** Started, attached and serving. */
    static ProcessCluster running(Path directory, int managerCount, int serverCount, int gatewayCount) {
        return new ProcessCluster(directory).run(managerCount, serverCount, gatewayCount);
    }

    /** Lets daemons that are added from now on be those of another installed kumo. */
    ProcessCluster withHome(Path installed) {
        home = installed;
        return this;
    }

    /** Lets managers that are added from now on show the dashboard, on this address. */
    ProcessCluster withDashboard(String address) {
        managerHttp = address;
        return this;
    }

    /** Starts and attaches all, those servers too that were added before, and waits until they serve. */
    ProcessCluster run(int managerCount, int serverCount, int gatewayCount, String... serverOptions) {
        try {
            addManagers(managerCount);
            while (servers.size() < serverCount) {
                addServer(serverOptions);
            }
            for (int i = 0; i < gatewayCount; i++) {
                addGateway();
            }
            all().forEach(Daemon::awaitReady);
            awaitStatus("all servers are known", status -> status.servers().size() == serverCount);
            kumoctl("attach", "--wait");
            awaitHealthy();
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void addManagers(int count) {
        for (int i = 0; i < count; i++) {
            managerPorts.add(freePort());
        }
        for (int i = 0; i < count; i++) {
            List<String> command = command("manager" + i, "kumo-manager");
            command.addAll(List.of(
                    "-v",
                    "-l",
                    managerAddress(i),
                    "--http",
                    managerHttp,
                    "--data",
                    directory.resolve("manager" + i).toString()));
            for (int j = 0; j < count; j++) {
                if (j != i) {
                    command.addAll(List.of("-p", managerAddress(j)));
                }
            }
            command.addAll(moreManagerOptions);
            managers.add(daemon("manager" + i, command).start());
        }
    }

    Daemon addServer(String... options) {
        int index = servers.size();
        serverPorts.add(freePort());
        List<String> command = command("server" + index, "kumo-server");
        command.addAll(List.of(
                "-v",
                "-l",
                serverAddress(index),
                "--http",
                "off",
                "-s",
                store(index).toString()));
        command.addAll(managerOptions());
        command.addAll(List.of(options));
        Daemon server = daemon("server" + index, command).start();
        servers.add(server);
        return server;
    }

    Daemon addGateway(String... options) {
        int index = gateways.size();
        gatewayPorts.add(freePort());
        String name = "gateway" + index;
        List<String> command = command(name, "kumo-gateway");
        command.addAll(List.of("-v", "-t", hosts.address(name) + ":" + gatewayPorts.get(index), "--http", "off"));
        command.addAll(managerOptions());
        command.addAll(List.of(options));
        Daemon gateway = daemon(name, command).start();
        gateways.add(gateway);
        return gateway;
    }

    private List<String> managerOptions() {
        List<String> options = new ArrayList<>(List.of("-m", managerAddress(0)));
        for (int i = 1; i < managerPorts.size(); i++) {
            options.addAll(List.of("-p", managerAddress(i)));
        }
        return options;
    }

    private Daemon daemon(String name, List<String> command) {
        return new Daemon(name, command, directory.resolve(name + ".out"));
    }

    private List<String> command(String name, String program) {
        List<String> command = new ArrayList<>(hosts.prefix(name));
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(security.apply(program));
        return command;
    }

    /** Where a server keeps its data. */
    Path store(int index) {
        return directory.resolve("server" + index);
    }

    String managerAddress(int index) {
        return hosts.address("manager" + index) + ":" + managerPorts.get(index);
    }

    int managerCount() {
        return managers.size();
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

    String serverAddress(int index) {
        return hosts.address("server" + index) + ":" + serverPorts.get(index);
    }

    int primariesOf(String serverAddress) {
        return status().servers().stream()
                .filter(server -> server.get("address").equals(serverAddress))
                .mapToInt(server -> Integer.parseInt(server.get("primaries")))
                .sum();
    }

    int managerPort(int index) {
        return managerPorts.get(index);
    }

    TextClient client() throws IOException {
        return TextClient.connect(hosts.address("gateway0"), gatewayPorts.get(0));
    }

    List<Daemon> all() {
        List<Daemon> daemons = new ArrayList<>(managers);
        daemons.addAll(servers);
        daemons.addAll(gateways);
        return daemons;
    }

    /** Clients of all gateways whose operations are recorded. */
    RecordedLoad recordedLoad(int clientsEach) {
        List<RecordedLoad.Gateway> addresses = new ArrayList<>();
        for (int i = 0; i < gateways.size(); i++) {
            addresses.add(new RecordedLoad.Gateway(hosts.address("gateway" + i), gatewayPorts.get(i)));
        }
        return RecordedLoad.start(addresses, clientsEach, directory);
    }

    /** What kumoctl prints; it must end with 0. Asks the first manager that runs. */
    String kumoctl(String... arguments) {
        CommandResult result = tryKumoctl(arguments);
        assertEquals(0, result.exit(), () -> List.of(arguments) + ": " + result.output());
        return result.stdout();
    }

    /** The same, however it ends. */
    CommandResult tryKumoctl(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(HOME.resolve("bin").resolve("kumoctl").toString());
        command.addAll(kumoctlWords(arguments));
        return CommandResult.of(command);
    }

    private List<String> kumoctlWords(String... arguments) {
        int manager = 0;
        while (!managers.get(manager).isRunning()) {
            manager++;
        }
        List<String> words = new ArrayList<>(List.of(managerAddress(manager)));
        words.addAll(List.of(arguments));
        words.addAll(security.apply("kumoctl"));
        return words;
    }

    /** By kumoctl in this process: tests ask often, and a process for each would take what the cluster needs. */
    ClusterStatus status() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exit = KumoctlMain.run(kumoctlWords("status", "--json"), new PrintStream(out, false, UTF_8));
        String printed = out.toString(UTF_8);
        assertEquals(0, exit, printed);
        return ClusterStatus.parse(printed);
    }

    /** The manager that leads, as the first says that runs. */
    Daemon leader() {
        return leaderWithin(PATIENCE);
    }

    Daemon leaderWithin(Duration atMost) {
        AtomicReference<Daemon> leader = new AtomicReference<>();
        awaitStatus("a manager leads", atMost, status -> {
            for (int i = 0; i < managers.size(); i++) {
                if (managers.get(i).isRunning() && status.isLeader(managerAddress(i))) {
                    leader.set(managers.get(i));
                }
            }
            return leader.get() != null;
        });
        return leader.get();
    }

    void awaitStatus(String what, Predicate<ClusterStatus> holds) {
        awaitStatus(what, PATIENCE, holds);
    }

    private void awaitStatus(String what, Duration atMost, Predicate<ClusterStatus> holds) {
        try {
            await(what)
                    .atMost(atMost)
                    .pollDelay(Duration.ZERO)
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
     * group, MQTT, and the group's failure detector. None is given twice: who got it may not listen yet. Tests that run
     * beside these have ports of their own.
     */
    static synchronized int freePort() {
        for (int attempt = 0; attempt < 10_000; attempt++) {
            int port = 15_000 + 5_000 * FORK + RANDOM.nextInt(3_900);
            List<Integer> derived = List.of(port, port + 10, port + 20, port + 1010);
            if (derived.stream().allMatch(each -> !GIVEN.contains(each) && isFree(each))) {
                GIVEN.addAll(derived);
                return port;
            }
        }
        throw new AssertionError("no free ports; given: " + GIVEN.size());
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
