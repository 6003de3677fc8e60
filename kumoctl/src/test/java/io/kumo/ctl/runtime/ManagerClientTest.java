package io.kumo.ctl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.security.runtime.NodeSecurity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long who asks is waited for, and who is asked next. */
class ManagerClientTest {
    private static final HostPort NOBODY = new HostPort("127.0.0.1", 1);

    private final Vertx vertx = VertxFactory.create(2);

    @AfterEach
    void stop() throws Exception {
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private ManagerClient client(HostPort manager, long timeoutMs) {
        return new ManagerClient(vertx, NodeSecurity.open(), manager, timeoutMs, "test");
    }

    private HostPort silent() throws Exception {
        return new HostPort(
                "127.0.0.1",
                result(vertx.createNetServer().connectHandler(socket -> {}).listen(0, "127.0.0.1"))
                        .actualPort());
    }

    @Test
    void whoDoesNotAnswerIsWaitedForAsLongAsWasAsked() throws Exception {
        HostPort silent = silent();
        try (ManagerClient client = client(silent, 3_300)) {
            KumoException e = assertThrows(KumoException.class, () -> client.ask(new TableGet(0)));
            assertEquals("cannot connect to " + silent + ": no answer within 3300 ms", e.getMessage());
        }
    }

    @Test
    void whereNobodyListensIsSaidAtOnceAlsoAmongMany() throws Exception {
        try (ManagerClient client = client(NOBODY, 3_600_000)) {
            KumoException e = assertThrows(KumoException.class, () -> client.ask(new TableGet(0)));
            assertEquals("cannot connect to 127.0.0.1:1: nobody listens there", e.getMessage());
        }
        try (ManagerClient client = client(NOBODY, 2_000)) { // a slow machine needs part of that to connect
            List<ManagerClient.Answer<TableResult>> answers = client.askAll(List.of(NOBODY, silent()), new TableGet(0));
            assertTrue(
                    answers.get(0).failure().endsWith("nobody listens there"),
                    answers.get(0).failure());
            assertTrue(
                    answers.get(1).failure().endsWith("no answer within 2000 ms"),
                    answers.get(1).failure());
        }
    }

    @Test
    void aLeaderThatIsGoneIsForgotten() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        RpcHandlers handlers = new RpcHandlers().on(TableGet.METHOD, (from, call, reply) -> {
            if (asked.incrementAndGet() == 1) {
                reply.fail(ErrorCode.NOT_LEADER, NOBODY.toString());
            } else {
                reply.ok(new TableResult(7, Bytes.EMPTY));
            }
        });
        Hello manager = new Hello("", "manager", "m", "test");
        RpcServer server = new RpcServer(vertx, () -> manager, handlers, () -> 0, RpcLimits.DEFAULT);
        int port = result(server.listen(new HostPort("127.0.0.1", 0)));
        try (ManagerClient client = client(new HostPort("127.0.0.1", port), 10_000)) {
            assertEquals(7, client.ask(new TableGet(0)).version());
        }
        assertEquals(2, asked.get());
    }
}
