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
import io.kumo.node.runtime.VertxFactory;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.Message;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on this host. */
class RpcTest {
    private static final RpcLimits LIMITS = new RpcLimits(1 << 20, 8, 4 << 20, 2000, 2000);

    private final Vertx vertx = VertxFactory.create(2);
    private final List<Reply<GetResult>> unanswered = new ArrayList<>();
    private final AtomicInteger closedOnServer = new AtomicInteger();

    @AfterEach
    void stop() throws Exception {
        result(vertx.close());
    }

    private static Hello hello(String role, String cluster) {
        return new Hello(1, cluster, role, role + "-name", "test");
    }

    private RpcHandlers handlers() {
        return new RpcHandlers()
                .onClose(connection -> closedOnServer.incrementAndGet())
                .on(Get.METHOD, (from, call, reply) -> {
                    if (call.key().length() == 0) {
                        unanswered.add(reply);
                    } else {
                        reply.ok(new GetResult(true, 7, call.partition(), 0, call.key()));
                    }
                })
                .on(TableGet.METHOD, (from, call, reply) -> reply.fail(ErrorCode.NOT_PRIMARY, "not me"))
                .on(Stat.METHOD, (from, call, reply) -> {
                    StatEntry peer = new StatEntry(from.peerRole(), from.peerName());
                    reply.ok(new StatResult(List.of(peer)));
                });
    }

    private RpcServer server() {
        return server(LIMITS);
    }

    private RpcServer server(RpcLimits limits) {
        return new RpcServer(vertx, () -> hello("server", "c1"), handlers(), () -> 42, limits);
    }

    private int listening(RpcServer server) throws Exception {
        return result(server.listen(new HostPort("127.0.0.1", 0)));
    }

    private RpcClient client(int port, RpcLimits limits) {
        Context context = vertx.getOrCreateContext();
        HostPort address = new HostPort("127.0.0.1", port);
        return new RpcClient(vertx, context, address, () -> hello("gateway", ""), handlers(), () -> 0, limits);
    }

    private RpcClient connected(int port) throws Exception {
        RpcClient client = client(port, LIMITS);
        result(client.whenConnected(5000));
        return client;
    }

    private static <T> T result(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static ErrorCode error(Future<?> future) {
        return assertThrows(KumoException.class, () -> result(future)).code();
    }

    private static Get get(String key) {
        return new Get(3, 1, false, Bytes.utf8(key));
    }

    @Test
    void carriesACallAndItsAnswer() throws Exception {
        RpcClient client = connected(listening(server()));
        GetResult result = result(client.call(get("k"), 5000));
        assertEquals(new GetResult(true, 7, 3, 0, Bytes.utf8("k")), result);
    }

    @Test
    void aNewerPeerIsSpokenToInAVersionThatBothKnow() throws Exception {
        RpcClient newer = client(listening(server()), new Hello(3, "", "gateway", "newer", "test", 1));
        result(newer.whenConnected(5000));
        assertEquals(Bytes.utf8("k"), result(newer.call(get("k"), 5000)).value());
    }

    @Test
    void aPeerOfNoCommonVersionIsRefusedWithWhatBothSpeak() throws Exception {
        RpcClient newer = client(listening(server()), new Hello(3, "", "gateway", "newer", "test", 2));
        await().until(() -> newer.lastFailure().contains("speaks versions 2 to 3 of the protocol"));
        assertFalse(newer.isConnected());
        newer.close();
    }

    private RpcClient client(int port, Hello hello) {
        HostPort address = new HostPort("127.0.0.1", port);
        return new RpcClient(vertx, vertx.getOrCreateContext(), address, () -> hello, handlers(), () -> 0, LIMITS);
    }

    @Test
    void carriesMessagesLargerThanASocketBuffer() throws Exception {
        RpcClient client = connected(listening(server()));
        Bytes large = Bytes.wrap(new byte[1_000_000]);
        List<Future<GetResult>> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(client.call(new Get(i, 1, false, large), 5000));
        }
        for (int i = 0; i < results.size(); i++) {
            assertEquals(new GetResult(true, 7, i, 0, large), result(results.get(i)));
        }
    }

    @Test
    void callsTheClientOnTheConnectionThatTheClientMade() throws Exception {
        RpcServer server = new RpcServer(
                vertx,
                () -> hello("kumoctl", ""),
                new RpcHandlers()
                        .on(
                                Get.METHOD,
                                (from, call, reply) -> from.call(new Stat(""), 5000, onResult(stat -> {
                                    StatEntry entry = stat.entries().get(0);
                                    reply.ok(new GetResult(
                                            true, 0, 0, 0, Bytes.utf8(entry.name() + " " + entry.value())));
                                }))),
                () -> 0,
                LIMITS);
        RpcClient client = connected(listening(server));
        assertEquals(
                Bytes.utf8("kumoctl kumoctl-name"),
                result(client.call(get("k"), 5000)).value());
    }

    @Test
    void refusesACallThatTheCallersRoleMayNotMake() throws Exception {
        RpcClient client = connected(listening(server()));
        assertEquals(ErrorCode.NOT_ALLOWED, error(client.call(new Stat(""), 5000)));
        assertEquals(Bytes.utf8("k"), result(client.call(get("k"), 5000)).value());
    }

    private interface Result<R> {
        void accept(R result);
    }

    private static <R extends Message> ResultHandler<R> onResult(Result<R> action) {
        return new ResultHandler<>() {
            @Override
            public void onResult(R result) {
                action.accept(result);
            }

            @Override
            public void onError(ErrorCode code, String text) {
                throw new AssertionError(code + " " + text);
            }
        };
    }

    @Test
    void tellsTheCallerTheTableVersionOfTheAnswererWithEveryError() throws Exception {
        RpcClient client = connected(listening(server()));
        Set<String> errors = ConcurrentHashMap.newKeySet();
        onLoopOf(
                client,
                () -> client.call(new TableGet(1), 5000, new ResultHandler<TableResult>() {
                    @Override
                    public void onResult(TableResult result) {
                        errors.add("none");
                    }

                    @Override
                    public void onError(ErrorCode code, String text) {
                        errors.add("no version");
                    }

                    @Override
                    public void onError(ErrorCode code, String text, long tableVersion) {
                        errors.add(code + " " + text + " " + tableVersion);
                    }
                }));
        await().until(() -> !errors.isEmpty());
        assertEquals(Set.of("NOT_PRIMARY not me 42"), errors);
    }

    private static void onLoopOf(RpcClient client, Runnable action) {
        client.connection().context().runOnContext(onLoop -> action.run());
    }

    @Test
    void failsACallWhoseDeadlinePassesAndIgnoresItsLateAnswer() throws Exception {
        RpcClient client = connected(listening(server()));
        assertEquals(ErrorCode.TIMED_OUT, error(client.call(get(""), 20)));
        onLoopOf(client, () -> unanswered.get(0).ok(new GetResult(true, 9, 9, 9, Bytes.EMPTY)));
        assertEquals(Bytes.utf8("k"), result(client.call(get("k"), 5000)).value());
    }

    @Test
    void refusesCallsPastTheBoundAndTakesThemAgainAfterAnAnswer() throws Exception {
        RpcClient client = connected(listening(server()));
        List<Future<GetResult>> calls = new ArrayList<>();
        for (int i = 0; i < LIMITS.maxInFlight(); i++) {
            calls.add(client.call(get(""), 5000));
        }
        assertEquals(ErrorCode.OVERLOADED, error(client.call(get("k"), 5000)));
        await().until(() -> unanswered.size() == LIMITS.maxInFlight());
        onLoopOf(client, () -> unanswered.get(0).fail(ErrorCode.REFUSED, "no"));
        assertEquals(ErrorCode.REFUSED, error(calls.get(0)));
        assertEquals(Bytes.utf8("k"), result(client.call(get("k"), 5000)).value());
    }

    @Test
    void answersAnUnknownMethodAndKeepsTheConnection() throws Exception {
        RpcServer server = new RpcServer(vertx, () -> hello("server", ""), new RpcHandlers(), () -> 5, LIMITS);
        RpcClient client = connected(listening(server));
        assertEquals(ErrorCode.UNKNOWN_METHOD, error(client.call(get("k"), 5000)));
        assertTrue(client.isConnected());
    }

    @Test
    void refusesAMessageAboveTheLimitBeforeItIsSent() throws Exception {
        RpcClient client = connected(listening(server()));
        Get tooLarge = new Get(0, 1, false, Bytes.wrap(new byte[(1 << 20) + 1]));
        assertEquals(ErrorCode.TOO_LARGE, error(client.call(tooLarge, 5000)));
        assertEquals(Bytes.utf8("k"), result(client.call(get("k"), 5000)).value());
    }

    @Test
    void failsCallsInFlightWhenTheConnectionIsLostAndReconnects() throws Exception {
        RpcServer server = server();
        int port = listening(server);
        RpcClient client = connected(port);
        Future<GetResult> inFlight = client.call(get(""), 5000);
        await().until(() -> !unanswered.isEmpty());
        result(server.close());
        assertEquals(ErrorCode.CONNECTION_LOST, error(inFlight));
        await().until(() -> !client.isConnected());
        assertEquals(ErrorCode.NOT_CONNECTED, error(client.call(get("k"), 5000)));
        await().until(() -> closedOnServer.get() >= 1);
        result(server().listen(new HostPort("127.0.0.1", port)));
        result(client.whenConnected(5000));
        assertEquals(Bytes.utf8("k"), result(client.call(get("k"), 5000)).value());
    }

    @Test
    void refusesAPeerOfAnotherCluster() throws Exception {
        int port = listening(server());
        RpcClient other = new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                new HostPort("127.0.0.1", port),
                () -> hello("gateway", "c2"),
                new RpcHandlers(),
                () -> 0,
                LIMITS);
        await().until(() -> other.lastFailure().contains("belongs to cluster c2"));
        assertFalse(other.isConnected());
    }

    @Test
    void reportsAPortThatIsTaken() throws Exception {
        int port = listening(server());
        Vertx another = Vertx.vertx();
        try {
            RpcServer second = new RpcServer(another, () -> hello("server", ""), handlers(), () -> 0, LIMITS);
            KumoException e =
                    assertThrows(KumoException.class, () -> result(second.listen(new HostPort("127.0.0.1", port))));
            assertEquals(
                    "cannot listen on 127.0.0.1:" + port + ": the port is taken; stop who uses it, or choose"
                            + " another one",
                    e.getMessage());
        } finally {
            result(another.close());
        }
    }

    @Test
    void spreadsConnectionsOverSeveralLoops() throws Exception {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        RpcHandlers handlers = new RpcHandlers().on(Get.METHOD, (from, call, reply) -> {
            threads.add(Thread.currentThread().getName());
            reply.ok(new GetResult(false, 0, 0, 0, Bytes.EMPTY));
        });
        RpcServer server = new RpcServer(vertx, () -> hello("server", ""), handlers, () -> 0, LIMITS);
        List<Context> loops = List.of(context(), context());
        int port = result(server.listen(new HostPort("127.0.0.1", 0), loops));
        for (int i = 0; i < 4; i++) {
            result(connected(port).call(get("k"), 5000));
        }
        assertEquals(2, threads.size());
    }

    private Context context() {
        return ((io.vertx.core.internal.VertxInternal) vertx).createEventLoopContext();
    }

    @Test
    void closesAConnectionThatSendsGarbage() throws Exception {
        int port = listening(server(LIMITS.withConnectTimeoutMs(60_000)));
        String[] garbage = {
            "get foo\r\n", "\u0000\u0000\u0000\u0001\u0001", "\u0000\u0000\u0000\u0000", "\u0000\u0000\u0000\u0003abc"
        };
        for (String bytes : garbage) {
            NetSocket socket = result(vertx.createNetClient().connect(port, "127.0.0.1"));
            AtomicInteger closed = new AtomicInteger();
            socket.closeHandler(end -> closed.incrementAndGet());
            socket.write(Buffer.buffer(bytes, "ISO-8859-1"));
            await(bytes).atMost(20, TimeUnit.SECONDS).until(() -> closed.get() == 1);
        }
    }

    @Test
    void closesAConnectionThatCallsBeforeItsHello() throws Exception {
        int port = listening(server(LIMITS.withConnectTimeoutMs(60_000)));
        NetSocket socket = result(vertx.createNetClient().connect(port, "127.0.0.1"));
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(end -> closed.incrementAndGet());
        socket.write(Buffer.buffer(new byte[] {0, 0, 0, 5, (byte) 0x94, 0, 1, 1, (byte) 0x90}));
        await().atMost(20, TimeUnit.SECONDS).until(() -> closed.get() == 1);
    }

    @Test
    void disconnectsAPeerThatNeverSaysHello() throws Exception {
        RpcLimits impatient = new RpcLimits(1 << 20, 8, 4 << 20, 50, 2000);
        RpcServer server = new RpcServer(vertx, () -> hello("server", ""), handlers(), () -> 0, impatient);
        int port = listening(server);
        NetSocket socket = result(vertx.createNetClient().connect(port, "127.0.0.1"));
        AtomicInteger closed = new AtomicInteger();
        socket.closeHandler(end -> closed.incrementAndGet());
        await().atMost(20, TimeUnit.SECONDS).until(() -> closed.get() == 1);
    }

    @Test
    void failsToConnectWithAReason() {
        RpcClient client = client(1, LIMITS);
        KumoException e = assertThrows(KumoException.class, () -> result(client.whenConnected(100)));
        assertTrue(e.getMessage().startsWith("cannot connect to 127.0.0.1:1: "), e.getMessage());
    }

    @Test
    void anAnswerThatNobodyListensEndsTheWaitAtOnce() {
        KumoException e =
                assertThrows(KumoException.class, () -> result(client(1, LIMITS).whenAnswered(3_600_000)));
        assertEquals("cannot connect to 127.0.0.1:1: nobody listens there", e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 60_000}) // attempts that end before, and one that does not
    void silenceIsWaitedOutAndSaid(int attemptMs) throws Exception {
        int port = result(vertx.createNetServer().connectHandler(socket -> {}).listen(0, "127.0.0.1"))
                .actualPort();
        RpcClient client = client(port, LIMITS.withConnectTimeoutMs(attemptMs));
        KumoException e = assertThrows(KumoException.class, () -> result(client.whenAnswered(500)));
        assertEquals("cannot connect to 127.0.0.1:" + port + ": no answer within 500 ms", e.getMessage());
    }

    @Test
    void whoWasSilentMayAnswerLater() throws Exception {
        RpcLimits impatient = LIMITS.withConnectTimeoutMs(50);
        AtomicBoolean silent = new AtomicBoolean(true);
        int real = listening(server());
        NetServer between = vertx.createNetServer().connectHandler(socket -> {
            if (!silent.get()) {
                socket.pause();
                vertx.createNetClient().connect(real, "127.0.0.1").onSuccess(onward -> {
                    socket.pipeTo(onward);
                    onward.pipeTo(socket);
                });
            }
        });
        RpcClient client = client(result(between.listen(0, "127.0.0.1")).actualPort(), impatient);
        String before = client.lastFailure();
        Future<Void> answered = client.whenAnswered(3_600_000);
        await().until(() -> !client.lastFailure().equals(before));
        assertFalse(answered.isComplete());
        silent.set(false);
        result(answered);
    }

    @Test
    void refusesToBeUsedFromAnotherThread() throws Exception {
        RpcClient client = connected(listening(server()));
        Call<GetResult> call = get("k");
        assertThrows(IllegalStateException.class, () -> client.send(call));
    }
}
