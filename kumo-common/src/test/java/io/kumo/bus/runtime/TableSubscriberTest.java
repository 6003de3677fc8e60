package io.kumo.bus.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.Topics;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.TableCodec;
import io.kumo.table.TableDelta;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TableSubscriberTest {
    private static final String CLUSTER = "00000000000000c1";

    private final Vertx vertx = Vertx.vertx();
    private final TableHolder holder = new TableHolder("");
    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final List<Broker> brokers = new ArrayList<>();
    private volatile ClusterTable answer;
    private TableSubscriber subscriber;

    /** A broker that hands out one retained table. */
    private final class Broker {
        private final List<MqttEndpoint> clients = new CopyOnWriteArrayList<>();
        private volatile Bytes retained = Bytes.EMPTY;
        private MqttServer server;

        HostPort listen(int port) throws Exception {
            server = MqttServer.create(
                    vertx, new MqttServerOptions().setPort(port).setHost("127.0.0.1"));
            server.endpointHandler(endpoint -> {
                endpoint.subscribeHandler(subscribe -> {
                    clients.add(endpoint);
                    endpoint.subscribeAcknowledge(
                            subscribe.messageId(), List.of(MqttQoS.AT_LEAST_ONCE, MqttQoS.AT_LEAST_ONCE));
                    if (!retained.isEmpty()) {
                        send(endpoint, Topics.table(CLUSTER), retained);
                    }
                });
                endpoint.accept(false);
            });
            return new HostPort("127.0.0.1", get(server.listen()).actualPort());
        }

        void publish(String topic, Bytes payload) {
            clients.stream().filter(MqttEndpoint::isConnected).forEach(client -> send(client, topic, payload));
        }

        private void send(MqttEndpoint endpoint, String topic, Bytes payload) {
            endpoint.publish(topic, Buffer.buffer(payload.toArray()), MqttQoS.AT_LEAST_ONCE, false, true);
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @BeforeEach
    void createBrokers() {
        brokers.add(new Broker());
        brokers.add(new Broker());
    }

    @AfterEach
    void stop() throws Exception {
        get(subscriber.close());
        get(vertx.close());
    }

    private static ClusterTable table(long version) {
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            rows.add(new Partition(i, version, List.of(), List.of(), List.of()));
        }
        return new ClusterTable(
                CLUSTER, version, 3, false, 0, List.of(new HostPort("mgr1", 19700)), List.of(), rows, Orders.NONE);
    }

    private void subscribe(HostPort... managers) {
        subscriber = new TableSubscriber(
                vertx,
                vertx.getOrCreateContext(),
                "test",
                List.of(managers),
                holder,
                known -> {
                    asked.add(known);
                    ClusterTable known2 = answer;
                    return Future.succeededFuture(known2 == null ? Bytes.EMPTY : TableCodec.encode(known2));
                },
                MqttAccess.open());
        subscriber.start();
    }

    private static Bytes delta(long from, long to) {
        return TableDelta.between(table(from), table(to)).encode();
    }

    private void awaitVersion(long version) {
        await().until(() -> holder.version() == version);
        assertEquals(table(version), holder.orNull());
    }

    @Test
    void aBrokerThatSaysNothingIsLeftAndTriedAgain() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        NetServer silent = vertx.createNetServer().connectHandler(socket -> {
            opened.incrementAndGet();
            socket.closeHandler(closed -> ended.incrementAndGet());
        });
        subscribe(new HostPort("127.0.0.1", get(silent.listen(0, "127.0.0.1")).actualPort()));
        await().atMost(30, TimeUnit.SECONDS).until(() -> opened.get() > 1 && ended.get() > 0);
    }

    @Test
    void takesTheNewestTableOfAllManagersThenFollowsTheChanges() throws Exception {
        brokers.get(0).retained = TableCodec.encode(table(3));
        brokers.get(1).retained = TableCodec.encode(table(5));
        subscribe(brokers.get(0).listen(0), brokers.get(1).listen(0));
        awaitVersion(5);
        await().until(() -> subscriber.connectedCount() == 2);
        brokers.get(0).publish(Topics.delta(CLUSTER, 6), delta(5, 6));
        brokers.get(1).publish(Topics.delta(CLUSTER, 6), delta(5, 6));
        awaitVersion(6);
        assertEquals(List.of(), asked);
    }

    @Test
    void asksForTheWholeTableWhereAChangeIsMissing() throws Exception {
        brokers.get(0).retained = TableCodec.encode(table(3));
        subscribe(brokers.get(0).listen(0));
        awaitVersion(3);
        brokers.get(0).publish(Topics.delta(CLUSTER, 6), delta(5, 6));
        await().until(() -> asked.contains(3L));
        answer = table(6);
        awaitVersion(6);
    }

    @Test
    void connectsOnceAManagerIsUpAndAgainAfterItWasDown() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        subscribe(new HostPort("127.0.0.1", port));
        Broker broker = brokers.get(0);
        broker.retained = TableCodec.encode(table(3));
        broker.listen(port);
        awaitVersion(3);
        get(broker.server.close());
        await().until(() -> subscriber.connectedCount() == 0);
        broker.retained = TableCodec.encode(table(4));
        broker.listen(port);
        awaitVersion(4);
    }

    @Test
    void rubbishAndOtherClustersChangeNothing() throws Exception {
        brokers.get(0).retained = TableCodec.encode(table(3));
        subscribe(brokers.get(0).listen(0));
        awaitVersion(3);
        Broker broker = brokers.get(0);
        await().until(() -> subscriber.connectedCount() == 1);
        ClusterTable foreign = ClusterTable.birth("00000000000000ff", 3, 4, List.of(new HostPort("mgr1", 19700)));
        ClusterTable later = foreign.next(List.of(), foreign.partitions())
                .next(List.of(), foreign.partitions())
                .next(List.of(), foreign.partitions());
        broker.publish(Topics.table("00000000000000ff"), TableCodec.encode(later));
        broker.publish(Topics.table(CLUSTER), Bytes.utf8("rubbish"));
        broker.publish(Topics.delta(CLUSTER, 4), Bytes.utf8("rubbish"));
        broker.publish(Topics.delta("00000000000000ff", 4), delta(3, 4));
        broker.publish(Topics.delta(CLUSTER, 4), delta(3, 4));
        awaitVersion(4);
    }
}
