package io.kumo.rpc.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a key, and who connects to it. */
class RpcKeyTest {
    private static final RpcLimits LIMITS = new RpcLimits(1 << 20, 100, 1 << 20, 500, 5_000);
    private static final ClusterKey KEY = key(1);
    private static final ClusterKey OTHER = key(2);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private NodeSecurity security;
    private int port;

    private static ClusterKey key(int seed) {
        byte[] secret = new byte[ClusterKey.BYTES];
        secret[0] = (byte) seed;
        return new ClusterKey(Bytes.wrap(secret));
    }

    @BeforeEach
    void listen() throws Exception {
        security = security(Role.SERVER, "cluster " + KEY.hex());
        port = listen(security);
    }

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private int listen(NodeSecurity secured) throws Exception {
        RpcHandlers handlers = new RpcHandlers().secure(secured);
        handlers.on(Stat.METHOD, (from, call, reply) -> reply.ok(new StatResult(List.of())));
        handlers.on(TableGet.METHOD, (from, call, reply) -> reply.ok(new TableResult(1, Bytes.EMPTY)));
        RpcServer server = new RpcServer(vertx, () -> hello(Role.SERVER), handlers, () -> 0, LIMITS);
        return result(server.listen(new HostPort("127.0.0.1", 0)));
    }

    private static Hello hello(Role role) {
        return new Hello(1, "", role.program(), role.word() + "-name", "test");
    }

    private NodeSecurity security(Role role, String text) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "key",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
        return NodeSecurity.of(
                new SecurityOptions(
                        Optional.of(file.toString()), Optional.empty(), Optional.empty(), Optional.empty(), false),
                role);
    }

    private RpcClient client(int to, Role role, NodeSecurity secured) {
        return new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                new HostPort("127.0.0.1", to),
                () -> hello(role),
                new RpcHandlers().secure(secured),
                () -> 0,
                LIMITS);
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** It comes at once, however long one would wait. */
    private static String refusal(RpcClient client) {
        assertThrows(KumoException.class, () -> result(client.whenAnswered(3_600_000)));
        return client.lastFailure();
    }

    @Test
    void whoHasTheKeyIsLetInWithItsRole() throws Exception {
        RpcClient operator = client(
                port,
                Role.OPERATOR,
                security(Role.OPERATOR, "operator " + KEY.derive(Role.OPERATOR).hex()));
        result(operator.whenConnected(5000));
        assertEquals(0, result(operator.call(new Stat(""), 5000)).entries().size());
        RpcClient gateway = client(
                port,
                Role.GATEWAY,
                security(Role.GATEWAY, "gateway " + KEY.derive(Role.GATEWAY).hex()));
        result(gateway.whenConnected(5000));
        assertEquals(1, result(gateway.call(new TableGet(0), 5000)).version());
        KumoException refused = assertThrows(KumoException.class, () -> result(gateway.call(new Stat(""), 5000)));
        assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
        assertEquals(0, security.refusedCount());
    }

    @Test
    void whoHasAnotherKeyOrNoneIsTurnedAway() throws Exception {
        String another = refusal(client(port, Role.SERVER, security(Role.SERVER, "cluster " + OTHER.hex())));
        assertTrue(another.contains("check its --cluster-key-file"), another);
        String none = refusal(client(port, Role.OPERATOR, NodeSecurity.open()));
        assertTrue(none.contains("give --cluster-key-file"), none);
        assertTrue(security.refusedCount() >= 2);
    }

    @Test
    void whoHasAKeyTalksToNobodyWithout() throws Exception {
        int open = listen(NodeSecurity.open());
        RpcClient server = client(open, Role.SERVER, security(Role.SERVER, "cluster " + KEY.hex()));
        assertTrue(refusal(server).contains("no cluster key"), server.lastFailure());
        int other = listen(security(Role.SERVER, "cluster " + OTHER.hex()));
        assertFalse(refusal(client(other, Role.SERVER, security)).isEmpty());
    }

    @Test
    void keysChangeWhileConnectionsGoOn() throws Exception {
        Path file = Files.createFile(
                directory.resolve("k"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "cluster " + KEY.hex());
        NodeSecurity changing = NodeSecurity.of(
                new SecurityOptions(
                        Optional.of(file.toString()), Optional.empty(), Optional.empty(), Optional.empty(), false),
                Role.SERVER);
        int to = listen(changing);
        RpcClient before = client(to, Role.SERVER, security);
        result(before.whenConnected(5000));
        Files.writeString(file, "cluster " + OTHER.hex());
        changing.reload();
        result(client(to, Role.SERVER, security(Role.SERVER, "cluster " + OTHER.hex()))
                .whenConnected(5000));
        refusal(client(to, Role.SERVER, security));
        assertEquals(1, result(before.call(new TableGet(0), 5000)).version());
        Files.writeString(file, "nonsense");
        changing.reload();
        result(client(to, Role.SERVER, security(Role.SERVER, "cluster " + OTHER.hex()))
                .whenConnected(5000));
    }

    @Test
    void aFileThatOthersReadIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("open"), "cluster " + KEY.hex());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        KumoException e = assertThrows(
                KumoException.class,
                () -> NodeSecurity.of(
                        new SecurityOptions(
                                Optional.of(file.toString()),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false),
                        Role.SERVER));
        assertTrue(e.getMessage().contains("chmod 600"), e.getMessage());
        KumoException wrong = assertThrows(KumoException.class, () -> security(Role.SERVER, "gateway " + KEY.hex()));
        assertTrue(wrong.getMessage().contains("no line 'cluster KEY'"), wrong.getMessage());
    }

    @Test
    void aStrangerIsRefusedWithoutBeingReadAndNotWaitedForLong() throws Exception {
        try (Socket large = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
            large.getOutputStream().write(new byte[] {0, 0, 0x20, 0, 1, 2, 3});
            large.setSoTimeout(30_000);
            assertEquals(-1, new DataInputStream(large.getInputStream()).read());
            silent.setSoTimeout(30_000);
            assertEquals(-1, silent.getInputStream().read());
        }
        await().until(() -> security.refusedCount() == 2);
    }
}
