package io.kumo.manager.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.LeaderOptions;
import io.kumo.membership.runtime.GroupOptions;
import io.kumo.node.runtime.SystemClock;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Attach;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.ControlMessages.Detach;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.SetAutoReplace;
import io.kumo.protocol.Message;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.security.runtime.NodeSecurity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
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

/** Real managers, on free ports of this host, and servers that only report. */
class ManagerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = VertxFactory.create(3);
    private final List<Manager> managers = new ArrayList<>();
    private final List<FakeServer> servers = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void stop() throws Exception {
        servers.forEach(FakeServer::kill);
        for (Manager manager : managers) {
            done(manager.stop());
        }
        done(vertx.close());
    }

    @Test
    void aClusterIsBornAttachedSurvivesAFaultAndARestartOfItsManager() throws Exception {
        List<HostPort> addresses = addresses(1);
        start(addresses.get(0), addresses);
        join(1, addresses);
        join(2, addresses);
        join(3, addresses);
        await().atMost(PATIENCE).until(() -> states(addresses).equals(List.of("new", "new", "new")));
        CommandResult attached = call(addresses.get(0), new Attach(true, List.of()));
        assertTrue(attached.text().startsWith("attached 3 servers"), attached.text());
        await().atMost(PATIENCE).until(() -> states(addresses).equals(List.of("active", "active", "active")));
        assertEquals(0, status(addresses).underReplicated());

        servers.remove(0).kill();
        await().atMost(PATIENCE).until(() -> states(addresses).equals(List.of("fault", "active", "active")));
        assertEquals(16, status(addresses).underReplicated());
        String cluster = status(addresses).cluster();
        long version = status(addresses).version();
        done(managers.remove(0).stop());
        start(addresses.get(0), addresses);
        await().atMost(PATIENCE).until(() -> status(addresses).cluster().equals(cluster));
        assertTrue(status(addresses).version() >= version);

        join(1, 2, addresses);
        await().atMost(PATIENCE)
                .until(() -> states(addresses).equals(List.of("active", "active", "active"))
                        && status(addresses).underReplicated() == 0
                        && !status(addresses).rebalance().running());
    }

    @Test
    void aServerIsDetachedOnceAnotherOneHasItsPartitions() throws Exception {
        List<HostPort> addresses = addresses(1);
        start(addresses.get(0), addresses);
        for (int id = 1; id <= 4; id++) {
            join(id, addresses);
        }
        await().atMost(PATIENCE).until(() -> states(addresses).size() == 4);
        call(addresses.get(0), new Attach(true, List.of()));
        call(addresses.get(0), new Detach(true, List.of(String.format("%016x", 2))));
        await().atMost(PATIENCE)
                .until(() -> status(addresses).servers().stream()
                        .anyMatch(server ->
                                server.id().value() == 2 && server.state().equals("new")));
        for (ServerStatus server : status(addresses).servers()) {
            assertEquals(server.id().value() == 2 ? 0 : 16, server.copies());
        }
    }

    @Test
    void threeManagersGoOnWithoutOneAndAllOfThemComeBackWithTheirTable() throws Exception {
        List<HostPort> addresses = addresses(3);
        for (HostPort address : addresses) {
            start(address, addresses);
        }
        join(1, addresses);
        join(2, addresses);
        await().atMost(PATIENCE).until(() -> states(addresses).equals(List.of("new", "new")));
        await().atMost(PATIENCE)
                .until(() -> leader(addresses).isPresent() && status(addresses).version() == 1);
        HostPort leader = leader(addresses).orElseThrow();
        List<HostPort> others =
                addresses.stream().filter(address -> !address.equals(leader)).toList();
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> { // once the news of who leads is everywhere
                            KumoException elsewhere = assertThrows(
                                    KumoException.class, () -> call(others.get(0), new Attach(true, List.of())));
                            assertEquals(ErrorCode.NOT_LEADER, elsewhere.code());
                            assertEquals(leader.toString(), elsewhere.getMessage());
                        });
        call(leader, new Attach(true, List.of()));

        done(managers.remove(addresses.indexOf(leader)).stop());
        await().atMost(PATIENCE)
                .until(() -> leader(others).filter(others::contains).isPresent());
        servers.remove(1).kill();
        await().atMost(PATIENCE).until(() -> states(others).equals(List.of("active", "fault")));
        StatusResult before = status(others);
        while (!managers.isEmpty()) {
            done(managers.remove(0).stop());
        }
        for (HostPort address : addresses) {
            start(address, addresses);
        }
        await().atMost(PATIENCE).until(() -> status(addresses).version() >= before.version());
        assertEquals(before.cluster(), status(addresses).cluster());
    }

    @Test
    void anotherManagersDirectoryIsRefused() throws Exception {
        List<HostPort> addresses = addresses(2);
        DataDirectory.open(directory, addresses.get(0)).close();
        KumoException refused =
                assertThrows(KumoException.class, () -> DataDirectory.open(directory, addresses.get(1)));
        assertTrue(refused.getMessage().contains("is of the manager " + addresses.get(0)), refused.getMessage());
        try (DataDirectory held = DataDirectory.open(directory, addresses.get(0))) {
            assertThrows(KumoException.class, () -> DataDirectory.open(directory, addresses.get(0)));
            assertTrue(held.file("register").startsWith(directory));
        }
    }

    @Test
    void anUnknownCommandTargetIsRefusedWithAReason() throws Exception {
        List<HostPort> addresses = addresses(1);
        start(addresses.get(0), addresses);
        call(addresses.get(0), new SetAutoReplace(true));
        KumoException refused =
                assertThrows(KumoException.class, () -> call(addresses.get(0), new Attach(true, List.of("nobody"))));
        assertEquals(ErrorCode.REFUSED, refused.code());
        assertTrue(refused.getMessage().contains("'nobody'"), refused.getMessage());
    }

    private void join(long id, List<HostPort> addresses) {
        join(id, 1, addresses);
    }

    private void join(long id, long incarnation, List<HostPort> addresses) {
        servers.add(new FakeServer(vertx, vertx.getOrCreateContext(), id, incarnation, addresses));
    }

    private void start(HostPort address, List<HostPort> all) throws Exception {
        ManagerOptions options = new ManagerOptions(
                address,
                all.stream().filter(other -> !other.equals(address)).toList(),
                Optional.of(directory.resolve("m" + address.port()).toString()),
                false,
                3,
                16,
                LeaderOptions.DEFAULT);
        Manager manager = new Manager(
                vertx,
                SystemClock.INSTANCE,
                NodeSecurity.open(),
                options,
                "test",
                (code, text) -> fail(code + ": " + text));
        managers.add(manager);
        done(manager.start());
    }

    /**
     * Free ports below those of outgoing connections, with free ones for MQTT, the group and its detector above them.
     */
    private static List<HostPort> addresses(int count) throws IOException {
        List<HostPort> addresses = new ArrayList<>();
        List<ServerSocket> sockets = new ArrayList<>();
        Random random = new Random();
        for (int tries = 0; addresses.size() < count; tries++) {
            assertTrue(tries < 100, "no free ports");
            HostPort address = new HostPort("127.0.0.1", 20_000 + random.nextInt(10_000));
            try {
                sockets.add(new ServerSocket(address.port()));
                int group = GroupOptions.groupAddress(address).port();
                sockets.add(new ServerSocket(group));
                sockets.add(new ServerSocket(group + 1_000));
                sockets.add(
                        new ServerSocket(TableSubscriber.mqttAddress(address).port()));
                addresses.add(address);
            } catch (IOException e) {
                assertTrue(addresses.size() < count); // taken: the next one then
            }
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return addresses;
    }

    private List<String> states(List<HostPort> addresses) throws Exception {
        return status(addresses).servers().stream().map(ServerStatus::state).toList();
    }

    private Optional<HostPort> leader(List<HostPort> addresses) throws Exception {
        return status(addresses).managers().stream()
                .filter(ManagerStatus::leader)
                .map(ManagerStatus::address)
                .findFirst();
    }

    private StatusResult status(List<HostPort> addresses) throws Exception {
        return call(addresses.get(0), new Status());
    }

    private <R extends Message> R call(HostPort address, Call<R> call) throws Exception {
        RpcClient client = new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                address,
                () -> new Hello(1, "", "kumoctl", "test", ""),
                new RpcHandlers(),
                () -> 0,
                RpcLimits.DEFAULT);
        try {
            done(client.whenConnected(5_000));
            return done(client.call(call, 12_000));
        } finally {
            client.close();
        }
    }

    private static <T> T done(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Stream.of(e.getCause())
                    .filter(Exception.class::isInstance)
                    .map(Exception.class::cast)
                    .findFirst()
                    .orElse(e);
        }
    }
}
