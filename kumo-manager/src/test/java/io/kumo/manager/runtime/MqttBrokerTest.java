package io.kumo.manager.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.KeyRing;
import io.kumo.security.Tickets;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MqttBrokerTest {
    private final Vertx vertx = VertxFactory.create(2);
    private final MqttBroker broker =
            new MqttBroker(vertx, vertx.getOrCreateContext(), NodeSecurity.open(), new Tickets(1, 1));
    private int port;

    @BeforeEach
    void listen() throws Exception {
        port = done(broker.listen(new HostPort("127.0.0.1", 0)));
    }

    @AfterEach
    void stop() throws Exception {
        done(broker.close());
        done(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSubscriberGetsWhatIsRetainedAndWhatComes(int qos) throws Exception {
        broker.publishRetained("kumo/c/table", Bytes.utf8("t1"));
        broker.retain("kumo/c/table", Bytes.utf8("t2"));
        broker.publish("kumo/c/events", Bytes.utf8("missed"));
        List<String> got = new CopyOnWriteArrayList<>();
        MqttClient client = connect("one", got);
        done(client.subscribe("kumo/#", qos));
        await().until(() -> got.equals(List.of("kumo/c/table t2")));
        broker.publish("kumo/c/events", Bytes.utf8("e"));
        broker.publishRetained("kumo/c/table", Bytes.utf8("t3"));
        broker.publish("other/c", Bytes.utf8("x"));
        await().until(() -> got.size() == 3);
        assertEquals(List.of("kumo/c/table t2", "kumo/c/events e", "kumo/c/table t3"), got);
        done(client.disconnect());
        await().until(() -> broker.clientCount() == 0);
    }

    @Test
    void keepsTheOrderOfManyMessages() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        MqttClient client = connect("one", got);
        broker.publishRetained("d/0", Bytes.utf8("x"));
        done(client.subscribe("d/+", 1));
        await().until(() -> got.size() == 1); // only now is it subscribed for certain
        for (int i = 1; i < 500; i++) {
            broker.publish("d/" + i, Bytes.utf8("x"));
        }
        await().until(() -> got.size() == 500);
        assertEquals("d/499 x", got.get(499));
    }

    @Test
    void whatClientsPublishIsAcknowledgedAndIgnored() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        MqttClient client = connect("one", got);
        done(client.subscribe("#", 1));
        List<Integer> acknowledged = new CopyOnWriteArrayList<>();
        client.publishCompletionHandler(acknowledged::add);
        done(client.publish("kumo/c/table", Buffer.buffer("evil"), MqttQoS.AT_LEAST_ONCE, false, true));
        await().until(() -> acknowledged.size() == 1);
        broker.publish("end", Bytes.utf8("."));
        await().until(() -> !got.isEmpty());
        assertEquals(List.of("end ."), got);
    }

    @Test
    void theSameClientConnectedAgainReplacesItself() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        connect("one", got);
        MqttClient again = connect("one", got);
        done(again.subscribe("a", 1));
        broker.publishRetained("a", Bytes.utf8("1"));
        await().until(() -> got.equals(List.of("a 1")));
        assertEquals(1, broker.clientCount());
    }

    @Test
    void aTakenPortIsOneLineThatSaysWhatToDo() throws Exception {
        MqttBroker other = new MqttBroker(vertx, vertx.getOrCreateContext(), NodeSecurity.open(), new Tickets(1, 1));
        ExecutionException taken = assertThrows(
                ExecutionException.class,
                () -> other.listen(new HostPort("127.0.0.1", port))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(30, TimeUnit.SECONDS));
        String text = taken.getCause().getMessage();
        assertTrue(text.contains("--listen + 20") && text.contains("127.0.0.1:" + port), text);
    }

    /** Packets that come out of turn: the library throws, and a manager would end with an uncaught exception. */
    @Test
    void whoDoesNotKeepToTheProtocolEndsItsConnectionAndNothingElse() throws Exception {
        List<Throwable> uncaught = new CopyOnWriteArrayList<>();
        vertx.exceptionHandler(uncaught::add);
        NodeSecurity shut = NodeSecurity.of(keyFile(), Role.MANAGER);
        MqttBroker other = new MqttBroker(vertx, vertx.getOrCreateContext(), shut, new Tickets(1, 1));
        int shutPort = done(other.listen(new HostPort("127.0.0.1", 0)));
        String connect = "101000044d5154540402003c00046576696c";
        String connect5 = "101100044d5154540502003c0000046576696c";
        String subscribe = "82060001000123" + "00";
        List<String> packets = List.of(
                subscribe,
                "3007000161" + "48454c4f",
                "3207000161" + "00014845",
                "40020001",
                "50020001",
                "62020001",
                "70020001",
                "a2050001000123",
                "c000",
                "d000",
                "e000",
                "f000",
                "90030001" + "00",
                "b0020001",
                "20020000",
                connect,
                connect5);
        for (int to : List.of(port, shutPort)) {
            for (String first : List.of("", connect, connect5)) {
                for (String packet : packets) {
                    send(to, first + packet + packet);
                }
            }
        }
        List<String> got = new CopyOnWriteArrayList<>();
        done(connect("one", got).subscribe("a", 1));
        broker.publishRetained("a", Bytes.utf8("1"));
        await().until(() -> got.equals(List.of("a 1")));
        assertEquals(List.of(), uncaught);
        done(other.close());
    }

    private static SecurityOptions keyFile() throws IOException {
        Path file = Files.createTempFile("key", "");
        Files.writeString(file, KeyRing.CLUSTER + " " + new ClusterKey(Bytes.wrap(new byte[ClusterKey.BYTES])).hex());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        file.toFile().deleteOnExit();
        return new SecurityOptions(
                Optional.of(file.toString()), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** Sends it, and reads what comes until the other end has had time to think of it. */
    private static void send(int port, String hex) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100);
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
            socket.getInputStream().readNBytes(1 << 16);
        } catch (SocketTimeoutException | SocketException e) {
            // it was cut off, or is let in
        }
    }

    private MqttClient connect(String name, List<String> got) throws Exception {
        MqttClient client = MqttClient.create(
                vertx, new MqttClientOptions().setClientId(name).setAutoAck(true));
        client.publishHandler(message -> got.add(message.topicName() + " " + message.payload()));
        done(client.connect(port, "127.0.0.1"));
        return client;
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
