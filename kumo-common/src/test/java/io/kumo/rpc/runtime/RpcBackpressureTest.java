package io.kumo.rpc.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.MessageWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that sends and does not read. */
class RpcBackpressureTest {
    private static final int CALLS = 2000;
    private static final int ANSWER_BYTES = 100_000;
    /** One read takes more than sixty of them. */
    private static final int CALLS_AT_ONCE = 400;

    private static final int MOST_SERVED = 40;
    private static final Bytes OF_LARGE = Bytes.utf8("large");
    /** Large too, but small ones may pass it. */
    private static final Bytes OF_POSTPONED = Bytes.utf8("postponed");

    private static final Bytes OF_SMALL = Bytes.utf8("small");

    private static final int STALL_MS = 500;

    private final Vertx vertx = VertxFactory.create(1);
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private int listen() throws Exception {
        Bytes value = Bytes.wrap(new byte[ANSWER_BYTES]);
        Bytes large = Bytes.wrap(new byte[10 * ANSWER_BYTES]);
        RpcHandlers handlers = new RpcHandlers()
                .onClose(connection -> closed.incrementAndGet())
                .on(Get.METHOD, (from, call, reply) -> {
                    served.incrementAndGet();
                    if (call.key().equals(OF_POSTPONED)) {
                        postponable(reply, new GetResult(true, 0, 1, 0, large));
                    } else if (call.key().equals(OF_SMALL)) {
                        reply.ok(new GetResult(false, 0, 0, 0, Bytes.EMPTY));
                    } else {
                        reply.ok(new GetResult(true, 0, 1, 0, call.key().equals(OF_LARGE) ? large : value));
                    }
                });
        RpcLimits limits = new RpcLimits(2 << 20, 100_000, 1 << 20, 2000, STALL_MS);
        RpcServer server = new RpcServer(vertx, () -> new Hello(1, "", "server", "s", ""), handlers, () -> 0, limits);
        return server.listen(new HostPort("127.0.0.1", 0))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static void postponable(Reply<GetResult> reply, GetResult result) {
        if (!reply.postpone(result.value().length(), () -> postponable(reply, result))) {
            reply.ok(result);
        }
    }

    private static void write(OutputStream out, int id, Call<?> call) throws IOException {
        ByteBuf buffer = Unpooled.buffer();
        append(buffer, id, call);
        out.write(buffer.array(), 0, buffer.readableBytes());
        out.flush();
    }

    private static void append(ByteBuf buffer, int id, Call<?> call) {
        int start = buffer.writerIndex();
        buffer.writeInt(0);
        new MessageWriter(buffer)
                .fields(4)
                .put(0)
                .put(id)
                .put(call.method().number())
                .put(call);
        buffer.setInt(start, buffer.writerIndex() - start - Integer.BYTES);
    }

    @Test
    void stopsServingAPeerThatDoesNotReadItsAnswersAndDisconnectsItInTheEnd() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listen())) {
            OutputStream out = socket.getOutputStream();
            write(out, 0, new Hello(1, "", "gateway", "g", ""));
            for (int i = 1; i <= CALLS; i++) {
                write(out, i, new Get(0, 1, false, Bytes.utf8("key")));
            }
            await().atMost(Duration.ofMillis(10L * STALL_MS)).until(() -> closed.get() == 1);
            assertTrue(served.get() < CALLS, () -> "served " + served.get() + " calls into memory");
        }
    }

    @Test
    void whatCameAtOnceWaitsWhileAnswersDo() throws Exception {
        ByteBuf calls = Unpooled.buffer();
        for (int i = 1; i <= CALLS_AT_ONCE; i++) {
            append(calls, i, new Get(0, 1, false, OF_LARGE));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listen())) {
            OutputStream out = socket.getOutputStream();
            write(out, 0, new Hello(1, "", "gateway", "g", ""));
            out.write(calls.array(), 0, calls.readableBytes());
            await().atMost(Duration.ofMillis(10L * STALL_MS)).until(() -> closed.get() == 1);
            assertTrue(served.get() < MOST_SERVED, () -> "served " + served.get() + " calls into memory");
        }
    }

    @Test
    void goesOnOnceThePeerReads() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listen())) {
            OutputStream out = socket.getOutputStream();
            write(out, 0, new Hello(1, "", "gateway", "g", ""));
            for (int i = 1; i <= CALLS; i++) {
                write(out, i, new Get(0, 1, false, Bytes.utf8("key")));
            }
            byte[] buffer = new byte[1 << 16];
            long left = (long) CALLS * ANSWER_BYTES;
            while (left > 0) {
                int count = socket.getInputStream().read(buffer);
                assertTrue(count > 0, "closed before all answers came");
                left -= count;
            }
        }
    }

    @Test
    void smallAnswersPassLargeOnesThatWait() throws Exception {
        int largeOnes = 50;
        ByteBuf calls = Unpooled.buffer();
        for (int i = 1; i <= largeOnes; i++) {
            append(calls, i, new Get(0, 1, false, OF_POSTPONED));
        }
        append(calls, largeOnes + 1, new Get(0, 1, false, OF_SMALL));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listen())) {
            OutputStream out = socket.getOutputStream();
            write(out, 0, new Hello(1, "", "gateway", "g", ""));
            out.write(calls.array(), 0, calls.readableBytes());
            await().until(() -> served.get() == largeOnes + 1);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(in.readInt()); // Hello's
            List<Integer> sizes = new ArrayList<>();
            while (sizes.size() <= largeOnes) {
                sizes.add(in.readInt());
                in.skipNBytes(sizes.get(sizes.size() - 1));
            }
            int small = sizes.indexOf(Collections.min(sizes));
            assertTrue(sizes.get(small) < 100 && small < 5, () -> "the small one is number " + small);
            assertTrue(sizes.stream().filter(size -> size > ANSWER_BYTES).count() == largeOnes);
        }
    }
}
