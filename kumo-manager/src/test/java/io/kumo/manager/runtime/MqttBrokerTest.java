package io.kumo.manager.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.security.Tickets;
import io.kumo.security.runtime.NodeSecurity;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.util.List;
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
                        .get(5, TimeUnit.SECONDS));
        String text = taken.getCause().getMessage();
        assertTrue(text.contains("--listen + 20") && text.contains("127.0.0.1:" + port), text);
    }

    private MqttClient connect(String name, List<String> got) throws Exception {
        MqttClient client = MqttClient.create(
                vertx, new MqttClientOptions().setClientId(name).setAutoAck(true));
        client.publishHandler(message -> got.add(message.topicName() + " " + message.payload()));
        done(client.connect(port, "127.0.0.1"));
        return client;
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
