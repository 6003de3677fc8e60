package io.kumo.bus.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.Topics;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.AuthMessages.MqttTicket;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mqtt.MqttClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows the events of a cluster at one manager at a time, as every manager publishes all of them; goes on at the next
 * one where that breaks, with growing pauses, and gives up once nobody was there for long. Lives on one context; its
 * methods may be called from any thread.
 */
public final class EventSubscriber {
    private static final long SHORTEST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 2_000;

    /** Is told what happens, on the subscriber's context. */
    public interface Listener {
        /** Events come from now on; those of before, since the last loss, are missing. */
        void onConnected(HostPort manager);

        /** @param json one object, as managers publish it */
        void onEvent(String json);

        void onLost(HostPort manager, String reason);

        /** Nothing comes any more. */
        void onGivenUp(String reason);
    }

    private final Vertx vertx;
    private final Context context;
    private final String clientName;
    private final String topic;
    private final List<HostPort> managers;
    private final MqttAccess access;
    private final long giveUpAfterMs;
    private final Listener listener;
    private @Nullable MqttClient client;
    private int next;
    private long pauseMs = SHORTEST_PAUSE_MS;
    private long aloneSinceNs;
    private boolean isConnected;

    /**
     * @param clientName for the managers' logs; unique in the cluster
     * @param managers MQTT addresses, in the order in which they are tried
     * @param giveUpAfterMs without a connection
     */
    public EventSubscriber(
            Vertx vertx,
            String clientName,
            String clusterId,
            List<HostPort> managers,
            MqttAccess access,
            long giveUpAfterMs,
            Listener listener) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.clientName = clientName;
        this.topic = Topics.events(clusterId);
        this.managers = List.copyOf(managers);
        this.access = access;
        this.giveUpAfterMs = giveUpAfterMs;
        this.listener = listener;
    }

    public void start() {
        context.runOnContext(onLoop -> {
            aloneSinceNs = System.nanoTime();
            connect();
        });
    }

    private void connect() {
        HostPort manager = managers.get(next);
        next = (next + 1) % managers.size();
        access.ticket(manager)
                .onComplete(
                        ticket -> context.runOnContext(onLoop -> connect(manager, ticket)),
                        failure -> context.runOnContext(onLoop -> failed(manager, Failures.reason(failure))));
    }

    private void connect(HostPort manager, MqttTicket ticket) {
        MqttClient created = MqttClient.create(vertx, MqttLink.options(clientName, access, ticket));
        client = created;
        created.publishHandler(message -> {
            if (client == created) {
                listener.onEvent(message.payload().toString(StandardCharsets.UTF_8));
            }
        });
        created.closeHandler(ignored -> lost(created, manager, "the connection was closed"));
        created.exceptionHandler(failure -> lost(created, manager, Failures.reason(failure)));
        long deadline =
                vertx.setTimer(MqttLink.SUBSCRIBE_TIMEOUT_MS, id -> lost(created, manager, "no answer in time"));
        created.connect(manager.port(), manager.host())
                .compose(connected -> created.subscribe(topic, 1))
                .onComplete(result -> {
                    vertx.cancelTimer(deadline);
                    if (result.failed()) {
                        lost(created, manager, Failures.reason(result.cause()));
                    } else if (client == created) {
                        isConnected = true;
                        pauseMs = SHORTEST_PAUSE_MS;
                        listener.onConnected(manager);
                    }
                });
    }

    private void lost(MqttClient which, HostPort manager, String reason) {
        if (client != which) {
            return;
        }
        client = null;
        which.disconnect(); // also where it has not connected yet
        if (isConnected) {
            isConnected = false;
            aloneSinceNs = System.nanoTime();
            listener.onLost(manager, reason);
        }
        failed(manager, reason);
    }

    private void failed(HostPort manager, String reason) {
        if (System.nanoTime() - aloneSinceNs > giveUpAfterMs * 1_000_000) {
            listener.onGivenUp("no manager can be reached by MQTT; the last one tried was " + manager + ": " + reason);
            return;
        }
        vertx.setTimer(pauseMs, timer -> connect());
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
}
