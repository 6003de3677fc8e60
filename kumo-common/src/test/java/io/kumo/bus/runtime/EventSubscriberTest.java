package io.kumo.bus.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.HostPort;
import io.kumo.bus.Topics;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventSubscriberTest {
    private static final String CLUSTER = "00000000000000c1";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** A manager's broker. */
    private final class Broker {
        private final List<MqttEndpoint> clients = new CopyOnWriteArrayList<>();
        private final MqttServer server =
                MqttServer.create(vertx, new MqttServerOptions().setPort(0).setHost("127.0.0.1"));
        private HostPort address;

        Broker listen() throws Exception {
            server.endpointHandler(endpoint -> {
                endpoint.subscribeHandler(subscribe -> {
                    clients.add(endpoint); // before it is told, as it is published to at once then
                    endpoint.subscribeAcknowledge(subscribe.messageId(), List.of(MqttQoS.AT_LEAST_ONCE));
                });
                endpoint.accept(false);
            });
            address = new HostPort("127.0.0.1", get(server.listen()).actualPort());
            return this;
        }

        void publish(String event) {
            clients.forEach(client ->
                    client.publish(Topics.events(CLUSTER), Buffer.buffer(event), MqttQoS.AT_LEAST_ONCE, false, false));
        }

        void die() throws Exception {
            get(server.close());
        }
    }

    private final class Seen implements EventSubscriber.Listener {
        @Override
        public void onConnected(HostPort manager) {
            seen.add("connected " + manager);
        }

        @Override
        public void onEvent(String event) {
            seen.add("event " + event);
        }

        @Override
        public void onLost(HostPort manager, String reason) {
            seen.add("lost " + manager);
        }

        @Override
        public void onGivenUp(String reason) {
            seen.add("given up");
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void awaitSeen(String last) {
        await().atMost(20, TimeUnit.SECONDS)
                .until(() -> !seen.isEmpty() && seen.get(seen.size() - 1).equals(last));
    }

    @AfterEach
    void stop() throws Exception {
        get(vertx.close());
    }

    @Test
    void goesOnAtAnotherManagerAndGivesUpWhenThereIsNone() throws Exception {
        Broker first = new Broker().listen();
        Broker second = new Broker().listen();
        new EventSubscriber(
                        vertx,
                        "test",
                        CLUSTER,
                        List.of(first.address, second.address),
                        MqttAccess.open(),
                        1_000,
                        new Seen())
                .start();
        awaitSeen("connected " + first.address);
        first.publish("one");
        awaitSeen("event one");
        first.die();
        awaitSeen("connected " + second.address);
        second.publish("two");
        awaitSeen("event two");
        second.die();
        awaitSeen("given up");
        assertEquals(
                List.of(
                        "connected " + first.address,
                        "event one",
                        "lost " + first.address,
                        "connected " + second.address,
                        "event two",
                        "lost " + second.address,
                        "given up"),
                seen);
    }
}
