package io.kumo.ctl.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.config.UsageException;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.Role;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kumoctl cert} makes, used for RPC. */
class CertificatesTest {
    private static final RpcLimits LIMITS = new RpcLimits(1 << 20, 100, 1 << 20, 1_000, 5_000);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private NodeSecurity security;
    private int port;

    static String run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, KumoctlMain.run(List.of(words), new PrintStream(out, true, StandardCharsets.UTF_8)));
        return out.toString(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void listen() throws Exception {
        run("cert", "init", directory.resolve("ca").toString());
        security = security("ca", Role.SERVER);
        RpcHandlers handlers = new RpcHandlers().secure(security);
        handlers.on(Stat.METHOD, (from, call, reply) -> reply.ok(new StatResult(List.of())));
        handlers.on(TableGet.METHOD, (from, call, reply) -> reply.ok(new TableResult(1, Bytes.EMPTY)));
        RpcServer server = new RpcServer(vertx, () -> hello(Role.SERVER), handlers, () -> 0, LIMITS);
        port = result(server.listen(new HostPort("127.0.0.1", 0)));
    }

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private static Hello hello(Role role) {
        return new Hello(1, "", role.program(), role.word() + "-name", "test");
    }

    private SecurityOptions options(String ca, Role role) {
        Path in = directory.resolve(ca);
        Path cert = in.resolve(role.word() + "-localhost.crt");
        if (!Files.exists(cert)) {
            run("cert", "issue", in.toString(), role.word(), "localhost", "127.0.0.1");
        }
        return new SecurityOptions(
                Optional.empty(),
                Optional.of(cert.toString()),
                Optional.of(in.resolve(role.word() + "-localhost.key").toString()),
                Optional.of(in.resolve("ca.crt").toString()),
                false);
    }

    private NodeSecurity security(String ca, Role role) {
        return NodeSecurity.of(options(ca, role), role);
    }

    private RpcClient client(String host, Role role, NodeSecurity secured) {
        return new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                new HostPort(host, port),
                () -> hello(role),
                new RpcHandlers().secure(secured),
                () -> 0,
                LIMITS);
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void turnedAway(RpcClient client) {
        assertThrows(KumoException.class, () -> result(client.whenConnected(500)));
    }

    @Test
    void whoHasACertificateOfTheCaIsLetInWithItsRole() throws Exception {
        RpcClient operator = client("127.0.0.1", Role.OPERATOR, security("ca", Role.OPERATOR));
        result(operator.whenConnected(10_000));
        assertEquals(0, result(operator.call(new Stat(""), 5_000)).entries().size());
        RpcClient gateway = client("localhost", Role.GATEWAY, security("ca", Role.GATEWAY));
        result(gateway.whenConnected(10_000));
        KumoException refused = assertThrows(KumoException.class, () -> result(gateway.call(new Stat(""), 5_000)));
        assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
    }

    @Test
    void othersAreTurnedAway() throws Exception {
        run("cert", "init", directory.resolve("other").toString());
        turnedAway(client("127.0.0.1", Role.SERVER, security("other", Role.SERVER)));
        turnedAway(client("127.0.0.1", Role.OPERATOR, NodeSecurity.open()));
        // A gateway's certificate, and the claim to be an operator.
        turnedAway(client("127.0.0.1", Role.OPERATOR, security("ca", Role.GATEWAY)));
        await().atMost(Duration.ofSeconds(10)).until(() -> security.refusedCount() >= 3);
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), port)) {
            silent.setSoTimeout(10_000);
            assertTrue(silent.getInputStream().readAllBytes().length < 100, "told nothing, and closed");
        }
    }

    @Test
    void aServerIsToHaveTheNameThatIsConnectedTo() {
        RpcClient client = client("127.0.0.2", Role.GATEWAY, security("ca", Role.GATEWAY));
        turnedAway(client);
    }

    @Test
    void certificatesChangeWhileConnectionsGoOn() throws Exception {
        RpcClient before = client("127.0.0.1", Role.GATEWAY, security("ca", Role.GATEWAY));
        result(before.whenConnected(10_000));
        NodeSecurity old = security("ca", Role.SERVER);
        run("cert", "init", directory.resolve("next").toString());
        options("next", Role.SERVER);
        for (String file : List.of("ca.crt", "server-localhost.crt", "server-localhost.key")) {
            Files.copy(
                    directory.resolve("next").resolve(file),
                    directory.resolve("ca").resolve(file),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        security.reload();
        result(client("127.0.0.1", Role.GATEWAY, security("next", Role.GATEWAY)).whenConnected(10_000));
        turnedAway(client("127.0.0.1", Role.SERVER, old));
        assertEquals(1, result(before.call(new TableGet(0), 5_000)).version());
    }

    @Test
    void whatIsWrongWithFilesIsOneLine() throws IOException {
        SecurityOptions right = options("ca", Role.SERVER);
        assertThrows(KumoException.class, () -> NodeSecurity.of(right, Role.MANAGER));
        Path key = Path.of(right.key().orElseThrow());
        Files.writeString(key, "nonsense");
        KumoException e = assertThrows(KumoException.class, () -> NodeSecurity.of(right, Role.SERVER));
        assertTrue(e.getMessage().contains("no private key in PEM form"), e.getMessage());
        assertThrows(
                KumoException.class,
                () -> run("cert", "init", directory.resolve("ca").toString()));
        assertThrows(
                UsageException.class,
                () -> run("cert", "issue", directory.resolve("ca").toString(), "king", "host"));
    }
}
