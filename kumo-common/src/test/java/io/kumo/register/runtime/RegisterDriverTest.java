package io.kumo.register.runtime;

import static io.kumo.register.runtime.RegisterNode.await;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.register.Ballot;
import io.kumo.register.Founding;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import io.kumo.table.TableCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Managers and servers on real connections and files. */
class RegisterDriverTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<RegisterNode> managers = new ArrayList<>();
    private final List<RegisterNode> servers = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        Stream.concat(managers.stream(), servers.stream()).forEach(RegisterNode::stop);
        await(vertx.close());
    }

    private void create(int managerCount, int serverCount) {
        List<HostPort> addresses = IntStream.range(0, managerCount)
                .mapToObj(i -> RegisterNode.freeAddress())
                .sorted()
                .toList();
        for (HostPort address : addresses) {
            managers.add(new RegisterNode(
                    vertx, new ManagerVoter(address), address, addresses, newDirectory("m" + address.port())));
        }
        for (int i = 1; i <= serverCount; i++) {
            servers.add(new RegisterNode(
                    vertx,
                    new ServerVoter(new ServerId(i)),
                    RegisterNode.freeAddress(),
                    addresses,
                    newDirectory("s" + i)));
        }
        managers.forEach(node -> node.start(true));
        servers.forEach(node -> node.start(true));
    }

    private Path newDirectory(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private ClusterTable birth() {
        return ClusterTable.birth("00000000000000c1", 3, 16, managers.get(0).managers);
    }

    private ClusterTable foundAndAttach() {
        RegisterNode leader = managers.get(0);
        ClusterTable first = await(leader.driver.found(birth()));
        List<ServerInfo> infos = new ArrayList<>();
        for (RegisterNode server : servers) {
            ServerId id = ((ServerVoter) server.self).id();
            infos.add(new ServerInfo(id, server.address, 1, "", ServerState.ATTACHED, true));
        }
        return await(leader.driver.propose(first.next(infos, first.partitions())));
    }

    private static void awaitVersion(List<RegisterNode> nodes, long version) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> nodes.stream()
                        .filter(node -> node.driver != null)
                        .allMatch(node -> node.holder.version() == version));
    }

    /** As a process does that joins its group: with two managers, its vote may be the one that is missing. */
    @Test
    void votesWhileSomethingElseBlocksItsContext() throws Exception {
        create(1, 0);
        foundAndAttach();
        CountDownLatch joined = new CountDownLatch(1);
        CountDownLatch joining = new CountDownLatch(1);
        managers.get(0).context.executeBlocking(() -> {
            joining.countDown();
            return joined.await(30, TimeUnit.SECONDS);
        });
        assertTrue(joining.await(20, TimeUnit.SECONDS));
        assertEquals(3, managers.get(0).propose().version());
        joined.countDown();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void votesAgainOnceThereIsRoomOnTheDisk() throws IOException {
        create(1, 0);
        foundAndAttach();
        RegisterNode manager = managers.get(0);
        Path full = Files.createSymbolicLink(manager.directory.resolve("register.new"), Path.of("/dev/full"));
        ClusterTable known = manager.holder.table().orElseThrow();
        Future<ClusterTable> proposed = manager.driver.propose(known.next(known.servers(), known.partitions()));
        await(manager.driver.votes()); // its turn comes after that of the vote that can't be written
        Files.delete(full);
        assertEquals(3, await(proposed).version());
    }

    @Test
    void oneManagerDecidesAndRemembers() {
        create(1, 0);
        foundAndAttach();
        managers.get(0).stop();
        managers.get(0).start(false);
        assertEquals(2, managers.get(0).holder.version());
        assertEquals(3, managers.get(0).propose().version());
    }

    @Test
    void everybodyHearsOfEveryTable() {
        create(3, 2);
        foundAndAttach();
        awaitVersion(managers, 2);
        awaitVersion(servers, 2);
        assertEquals(3, managers.get(2).propose().version(), "any manager may propose");
        awaitVersion(managers, 3);
        awaitVersion(servers, 3);
    }

    @Test
    void twoManagersAtOnceDecideOneTable() {
        create(3, 0);
        foundAndAttach();
        awaitVersion(managers, 2);
        ClusterTable base = managers.get(0).holder.table().orElseThrow();
        ClusterTable one = base.next(List.of(), base.partitions());
        ClusterTable other = new ClusterTable(
                base.clusterId(), 3, 5, true, 9, base.managers(), base.servers(), base.partitions(), Orders.NONE);
        var first = managers.get(0).driver.propose(one);
        var second = managers.get(1).driver.propose(other);
        ClusterTable decided = await(first);
        assertEquals(decided, await(second));
        assertTrue(decided.equals(one) || decided.equals(other));
    }

    @Test
    void oneOfTwoManagersDecidesWithMostServers() {
        create(2, 3);
        foundAndAttach();
        awaitVersion(servers, 2);
        managers.get(0).stop();
        servers.get(0).stop();
        assertEquals(3, managers.get(1).propose().version());
        managers.get(0).start(false);
        assertEquals(4, managers.get(1).propose().version());
        awaitVersion(managers, 4);
    }

    @Test
    void oneOfTwoManagersAloneDecidesNothingAndSaysWhy() {
        create(2, 2);
        foundAndAttach();
        awaitVersion(servers, 2);
        managers.get(0).stop();
        servers.get(0).stop();
        KumoException failure =
                assertThrows(KumoException.class, () -> managers.get(1).propose());
        assertEquals(ErrorCode.TIMED_OUT, failure.code());
        assertTrue(failure.getMessage().contains("both managers, or one and most"), failure::getMessage);
    }

    @Test
    void aClusterIsFoundedByAllManagersOrNot() {
        create(2, 0);
        managers.get(1).stop();
        KumoException failure = assertThrows(
                KumoException.class, () -> await(managers.get(0).driver.found(birth())));
        assertEquals(ErrorCode.REFUSED, failure.code());
        managers.get(1).start(true);
        assertEquals(1, await(managers.get(0).driver.found(birth())).version());
        assertEquals(1, await(managers.get(1).driver.found(birth())).version());
    }

    @Test
    void aManagerThatLostItsDirectoryVotesAgainAfterAVersionWithoutIt() throws IOException {
        create(3, 0);
        foundAndAttach();
        awaitVersion(managers, 2);
        RegisterNode lost = managers.get(2);
        lost.stop();
        Files.delete(lost.directory.resolve("register"));
        lost.start(false);
        awaitVersion(managers, 2);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> managers.get(0).driver.isVersionWanted());
        assertEquals(3, managers.get(0).propose().version());
        await().atMost(Duration.ofSeconds(10)).until(() -> await(lost.driver.votes()));
        managers.get(1).stop();
        assertEquals(4, managers.get(0).propose().version(), "with the vote of who had lost it");
    }

    /** Two of three voted for it, and the one that proposed it died before it told anybody that it is decided. */
    @Test
    void aLeaderHearsOfAVoteWhoseOutcomeNobodyKnows() {
        create(3, 0);
        foundAndAttach();
        awaitVersion(managers, 2);
        ClusterTable known = managers.get(0).holder.table().orElseThrow();
        ClusterTable decided = new ClusterTable(
                known.clusterId(), 3, 3, true, 0, known.managers(), known.servers(), known.partitions(), Orders.NONE);
        Ballot ballot = new Ballot(7, managers.get(2).address, 1);
        for (RegisterNode voter : managers.subList(1, 3)) {
            RpcClient client = client(voter, "manager", new RpcHandlers());
            await(client.call(new Prepare(known.clusterId(), 2, ballot), 5_000));
            await(client.call(new Accept(known.clusterId(), 2, ballot, decided), 5_000));
            client.close();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> managers.stream().allMatch(node -> node.driver.isVersionWanted()));
        assertEquals(decided, managers.get(0).propose());
        awaitVersion(managers, 3);
        assertFalse(managers.get(1).driver.isVersionWanted());
    }

    @Test
    void newManagersGoOnFromWhatMostServersKnow() throws IOException {
        create(2, 3);
        ClusterTable table = foundAndAttach();
        awaitVersion(servers, 2);
        for (RegisterNode manager : managers) {
            manager.stop();
            Files.delete(manager.directory.resolve("register"));
        }
        managers.forEach(manager -> manager.start(false));
        List<RpcClient> links = new ArrayList<>();
        for (RegisterNode server : servers.subList(0, 2)) {
            for (RegisterNode manager : managers) {
                links.add(report(server, manager));
            }
        }
        awaitVersion(managers, 2 + Founding.VERSION_GAP);
        assertEquals(
                table.servers(), managers.get(1).holder.table().orElseThrow().servers());
        assertEquals(3 + Founding.VERSION_GAP, managers.get(0).propose().version());
        awaitVersion(servers, 3 + Founding.VERSION_GAP);
        links.forEach(RpcClient::close);
    }

    private RpcClient client(RegisterNode to, String role, RpcHandlers handlers) {
        RpcClient client = new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                to.address,
                () -> new Hello(1, "", role, "x", "test"),
                handlers,
                () -> 0,
                RpcLimits.DEFAULT);
        await(client.whenConnected(5_000));
        return client;
    }

    /** Hands a manager a report over a connection that the server made. */
    private RpcClient report(RegisterNode server, RegisterNode manager) {
        RpcHandlers handlers = new RpcHandlers();
        handlers.on(TableGet.METHOD, (from, call, reply) -> {
            ClusterTable table = server.holder.table().orElseThrow();
            reply.ok(new TableResult(table.version(), TableCodec.encode(table)));
        });
        RpcClient client = client(manager, "server", handlers);
        ServerReport report = new ServerReport(
                ((ServerVoter) server.self).id(),
                server.address,
                1,
                "",
                server.holder.clusterId(),
                server.holder.version(),
                true,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                1,
                false,
                List.of(),
                ServerLoad.NONE);
        await(client.call(report, 5_000));
        return client;
    }

    @Test
    void aDamagedFileEndsTheStart() throws IOException {
        create(1, 0);
        foundAndAttach();
        RegisterNode manager = managers.get(0);
        manager.stop();
        Path file = manager.directory.resolve("register");
        byte[] content = Files.readAllBytes(file);
        content[40] ^= 1;
        Files.write(file, content);
        KumoException failure = assertThrows(KumoException.class, () -> manager.start(false));
        assertEquals(ErrorCode.CORRUPT, failure.code());
        managers.clear();
    }
}
