package io.kumo.manager.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.mqtt.RetainedTopics;
import io.kumo.node.runtime.Failures;
import io.kumo.security.Tickets;
import io.kumo.security.runtime.NodeSecurity;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.mqtt.MqttAuth;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT broker to which only this process publishes: 3.1.1 and 5, quality of service 0 and 1, retained messages,
 * wildcards. What clients publish is acknowledged (in MQTT 5 as not authorized) and ignored; so are wills. A client
 * that does not keep up is disconnected and finds all that counts retained when it comes again; no session outlives its
 * connection. Lives on one context; its methods may be called from any thread.
 */
public final class MqttBroker {
    private static final Logger LOG = LoggerFactory.getLogger(MqttBroker.class);

    static final int MQTT_5 = 5;
    private static final int MAX_CLIENTS = 4096;
    private static final int MAX_INCOMING_BYTES = 64 << 10;
    private static final int CONNECT_TIMEOUT_SEC = 3;
    private static final long REDELIVERY_CHECK_MS = 1_000;
    /** Whose method is on the stack while a client's packet is handled. */
    private static final String CONNECTION = "io.vertx.mqtt.impl.MqttServerConnection";

    private final Vertx vertx;
    private final Context context;
    private final NodeSecurity security;
    private final Tickets tickets;
    private final RetainedTopics retained = new RetainedTopics();
    private final Map<String, MqttClientSession> sessions = new HashMap<>();
    private final MqttServer server;
    private final long timer;
    private volatile int clientCount;
    private boolean closed;

    /**
     * @param context nobody else's: what clients cause on it is caught
     * @param tickets of those who may subscribe, where a key is asked for
     */
    public MqttBroker(Vertx vertx, Context context, NodeSecurity security, Tickets tickets) {
        this.security = security;
        this.tickets = tickets;
        this.vertx = vertx;
        this.context = context;
        context.exceptionHandler(this::onUncaught);
        MqttServerOptions options = new MqttServerOptions()
                .setMaxMessageSize(MAX_INCOMING_BYTES)
                .setMaxClientIdLength(256)
                .setTimeoutOnConnect(CONNECT_TIMEOUT_SEC);
        security.tls().ifPresent(tls -> tls.applyTo(options));
        options.setTcpNoDelay(true).setReuseAddress(true);
        this.server = MqttServer.create(vertx, options);
        this.timer = vertx.setPeriodic(REDELIVERY_CHECK_MS, id -> context.runOnContext(ignored -> redeliver()));
    }

    /**
     * The library throws where packets come out of turn, as after a CONNECT that was rejected, and ends the connection.
     * Whoever can reach the port could end the process with it; what else is uncaught does.
     */
    private void onUncaught(Throwable failure) {
        boolean isOfClient = Arrays.stream(failure.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(CONNECTION));
        if (isOfClient) {
            security.refused("an MQTT client", Failures.reason(failure));
            LOG.debug("MQTT client breaks the protocol", failure);
        } else {
            ((VertxInternal) vertx).createEventLoopContext().reportException(failure);
        }
    }

    /** Returns the port; a port that is taken fails with a text for the user. */
    public Future<Integer> listen(HostPort address) {
        Promise<Integer> done = Promise.promise();
        context.runOnContext(ignored -> server.endpointHandler(this::open)
                .exceptionHandler(e -> LOG.debug("MQTT connection failed", e))
                .listen(address.port(), address.host())
                .map(MqttServer::actualPort)
                .recover(e -> Future.failedFuture(bindFailure(address, e)))
                .onComplete(done));
        return done.future();
    }

    private static KumoException bindFailure(HostPort address, Throwable e) {
        String why =
                "MQTT can't listen on " + address + ": " + Failures.reason(e) + " (it is the port of --listen + 20)";
        return new KumoException(ErrorCode.REFUSED, why, e);
    }

    /** Sends to all subscribers. */
    public void publish(String topic, Bytes payload) {
        context.runOnContext(ignored -> send(topic, payload, false));
    }

    /** Sends to all subscribers, and to those that come until the topic's next payload. */
    public void publishRetained(String topic, Bytes payload) {
        context.runOnContext(ignored -> {
            retained.retain(topic, payload);
            send(topic, payload, true);
        });
    }

    /** Only to subscribers that come until the topic's next payload; present ones are told in other ways. */
    public void retain(String topic, Bytes payload) {
        context.runOnContext(ignored -> retained.retain(topic, payload));
    }

    /** Clients that are connected now. */
    public int clientCount() {
        return clientCount;
    }

    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(ignored -> {
            closed = true;
            vertx.cancelTimer(timer);
            List.copyOf(sessions.values()).forEach(MqttClientSession::close);
            server.close().onComplete(done);
        });
        return done.future();
    }

    private void send(String topic, Bytes payload, boolean isRetained) {
        for (MqttClientSession session : new ArrayList<>(sessions.values())) {
            session.offer(topic, payload, isRetained);
        }
    }

    private void redeliver() {
        long nowMs = System.nanoTime() / 1_000_000;
        for (MqttClientSession session : new ArrayList<>(sessions.values())) {
            session.redeliver(nowMs);
        }
    }

    /** With a key, who has proved it by RPC has a ticket; with TLS the certificate was looked at before. */
    private boolean isLetIn(MqttEndpoint endpoint) {
        if (security.keys().isEmpty()) {
            return true;
        }
        MqttAuth shown = endpoint.auth();
        return shown != null
                && shown.getUsername() != null
                && shown.getPassword() != null
                && tickets.redeem(shown.getUsername(), shown.getPassword(), System.nanoTime() / 1_000_000);
    }

    private void open(MqttEndpoint endpoint) {
        String client = endpoint.clientIdentifier();
        if (closed || sessions.size() >= MAX_CLIENTS) {
            endpoint.reject(
                    endpoint.protocolVersion() == MQTT_5
                            ? MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE_5
                            : MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
            return;
        }
        if (!isLetIn(endpoint)) {
            security.refused(
                    String.valueOf(endpoint.remoteAddress()), "MQTT without a ticket: see 'kumoctl mqtt-ticket'");
            endpoint.reject(
                    endpoint.protocolVersion() == MQTT_5
                            ? MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5
                            : MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
            return;
        }
        MqttClientSession before = sessions.remove(client);
        if (before != null) {
            before.close(); // the standard has it so: the same client, connected again
        }
        MqttClientSession session = new MqttClientSession(endpoint, retained);
        sessions.put(client, session);
        clientCount = sessions.size();
        endpoint.closeHandler(ignored -> {
            sessions.remove(client, session);
            clientCount = sessions.size();
        });
        endpoint.exceptionHandler(e -> LOG.debug("MQTT client failed client={}", client, e));
        session.start();
        if (endpoint.protocolVersion() == MQTT_5) {
            MqttProperties properties = new MqttProperties();
            properties.add(new IntegerProperty(MqttProperties.MAXIMUM_QOS, 1));
            properties.add(new IntegerProperty(MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0));
            endpoint.accept(false, properties);
        } else {
            endpoint.accept(false);
        }
        LOG.debug("MQTT client connected client={} version={}", client, endpoint.protocolVersion());
    }
}
