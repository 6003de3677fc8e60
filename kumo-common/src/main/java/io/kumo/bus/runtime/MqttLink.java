package io.kumo.bus.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.Topics;
import io.kumo.protocol.AuthMessages.MqttTicket;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription at one manager, kept: connects again with growing pauses. Lives on its subscriber's context. */
final class MqttLink {
    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int KEEP_ALIVE_SEC = 5;
    private static final int CONNECT_TIMEOUT_MS = 2_000;
    /** From the first byte to the subscription; the library waits for a broker's answers for ever. */
    static final long SUBSCRIBE_TIMEOUT_MS = 5_000;

    private static final long SHORTEST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 1_000;

    /** Takes what is published. */
    @FunctionalInterface
    interface Sink {
        void onMessage(HostPort manager, String topic, Bytes payload);
    }

    private final Vertx vertx;
    private final String clientName;
    private final HostPort manager;
    private final MqttAccess access;
    private final Sink sink;
    private @Nullable MqttClient client;
    private long pauseMs = SHORTEST_PAUSE_MS;
    private volatile boolean isConnected;
    private boolean isClosed;

    MqttLink(Vertx vertx, String clientName, HostPort manager, MqttAccess access, Sink sink) {
        this.vertx = vertx;
        this.clientName = clientName;
        this.manager = manager;
        this.access = access;
        this.sink = sink;
    }

    boolean isConnected() {
        return isConnected;
    }

    /** How every subscriber connects. */
    static MqttClientOptions options(String clientName, MqttAccess access, MqttTicket ticket) {
        MqttClientOptions options = new MqttClientOptions()
                .setClientId(clientName)
                .setMaxMessageSize(MAX_MESSAGE_BYTES)
                .setKeepAliveInterval(KEEP_ALIVE_SEC)
                .setCleanSession(true);
        options.setConnectTimeout(CONNECT_TIMEOUT_MS);
        access.security().tls().ifPresent(tls -> tls.applyTo(options));
        if (!ticket.user().isEmpty()) {
            options.setUsername(ticket.user()).setPassword(ticket.password());
        }
        return options;
    }

    void connect() {
        if (isClosed) {
            return;
        }
        access.ticket(manager).onComplete(this::connect, failure -> {
            LOG.debug("no ticket for MQTT manager={} reason=\"{}\"", manager, String.valueOf(failure));
            later();
        });
    }

    private void connect(MqttTicket ticket) {
        if (isClosed) {
            return;
        }
        MqttClient created = MqttClient.create(vertx, options(clientName, access, ticket));
        client = created;
        created.publishHandler(message -> onPublish(created, message));
        created.closeHandler(ignored -> lost(created));
        created.exceptionHandler(failure -> LOG.debug("MQTT failed manager={}", manager, failure));
        Map<String, Integer> topics = new LinkedHashMap<>();
        topics.put(Topics.ANY_DELTA, 1); // first, so that no change falls between the full table and the next
        topics.put(Topics.ANY_TABLE, 1);
        long deadline = vertx.setTimer(SUBSCRIBE_TIMEOUT_MS, id -> {
            LOG.debug("no MQTT manager={} reason=\"no answer for {} ms\"", manager, SUBSCRIBE_TIMEOUT_MS);
            lost(created);
        });
        created.connect(manager.port(), manager.host())
                .compose(connected -> created.subscribe(topics))
                .onComplete(result -> {
                    vertx.cancelTimer(deadline);
                    if (result.failed()) {
                        LOG.debug("no MQTT manager={} reason=\"{}\"", manager, String.valueOf(result.cause()));
                        lost(created);
                    } else if (client == created) {
                        isConnected = true;
                        pauseMs = SHORTEST_PAUSE_MS;
                        LOG.info("subscribed to the table manager={}", manager);
                    }
                });
    }

    private void onPublish(MqttClient from, MqttPublishMessage message) {
        if (client == from) {
            sink.onMessage(
                    manager, message.topicName(), Bytes.wrap(message.payload().getBytes()));
        }
    }

    private void lost(MqttClient which) {
        if (client != which) {
            return;
        }
        client = null;
        if (isConnected) {
            LOG.info("MQTT connection lost manager={}", manager);
        }
        isConnected = false;
        which.disconnect(); // also where it has not connected yet
        later();
    }

    private void later() {
        if (!isClosed) {
            vertx.setTimer(pauseMs, timer -> connect());
            pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        }
    }

    Future<Void> close() {
        isClosed = true;
        isConnected = false;
        MqttClient present = client;
        client = null;
        return present != null && present.isConnected()
                ? present.disconnect().otherwiseEmpty()
                : Future.succeededFuture();
    }
}
