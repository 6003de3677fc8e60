package io.kumo.manager.runtime;

import io.kumo.base.Bytes;
import io.kumo.manager.mqtt.RetainedTopics;
import io.kumo.manager.mqtt.RetainedTopics.Retained;
import io.kumo.manager.mqtt.TopicFilter;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttTopicSubscription;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubRecReasonCode;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttUnsubAckReasonCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected MQTT client: its subscriptions, what waits for it, what it has not acknowledged. On the broker's loop.
 */
final class MqttClientSession {
    private static final Logger LOG = LoggerFactory.getLogger(MqttClientSession.class);

    private static final int MAX_SUBSCRIPTIONS = 256;
    private static final int MAX_QUEUED = 1024;
    private static final int WINDOW = 64;
    private static final long REDELIVER_AFTER_MS = 5_000;
    private static final int MAX_DELIVERIES = 5;
    private static final int HEADER_BYTES = 16;

    private final MqttEndpoint endpoint;
    private final RetainedTopics retained;
    private final Map<TopicFilter, Subscription> subscriptions = new LinkedHashMap<>();
    private final Deque<Outgoing> queue = new ArrayDeque<>();
    private final Map<Integer, Delivery> unacknowledged = new LinkedHashMap<>();
    private final int window;
    private final long maxPacketBytes;
    private int unwritten;
    private int lastPacketId;

    private record Subscription(MqttQoS qos, boolean keepsRetainFlag) {}

    private record Outgoing(String topic, Bytes payload, MqttQoS qos, boolean retainFlag) {}

    private record Delivery(Outgoing message, int count, long sentMs) {}

    MqttClientSession(MqttEndpoint endpoint, RetainedTopics retained) {
        this.endpoint = endpoint;
        this.retained = retained;
        this.window = (int) Math.min(WINDOW, property(MqttProperties.RECEIVE_MAXIMUM, WINDOW));
        this.maxPacketBytes = property(MqttProperties.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE);
    }

    private long property(int type, int absent) {
        MqttProperties.MqttProperty<?> property = endpoint.connectProperties() == null
                ? null
                : endpoint.connectProperties().getProperty(type);
        return property != null && property.value() instanceof Integer value ? Integer.toUnsignedLong(value) : absent;
    }

    void start() {
        endpoint.subscriptionAutoAck(false);
        endpoint.publishAutoAck(false);
        endpoint.subscribeHandler(this::subscribe);
        endpoint.unsubscribeHandler(message -> {
            List<MqttUnsubAckReasonCode> codes = new ArrayList<>();
            for (String topic : message.topics()) {
                Optional<TopicFilter> filter = TopicFilter.parse(topic);
                boolean was = filter.isPresent() && subscriptions.remove(filter.get()) != null;
                codes.add(was ? MqttUnsubAckReasonCode.SUCCESS : MqttUnsubAckReasonCode.NO_SUBSCRIPTION_EXISTED);
            }
            if (isVersion5()) {
                endpoint.unsubscribeAcknowledge(message.messageId(), codes, MqttProperties.NO_PROPERTIES);
            } else {
                endpoint.unsubscribeAcknowledge(message.messageId());
            }
        });
        endpoint.publishAcknowledgeHandler(id -> {
            unacknowledged.remove(id);
            flush();
        });
        endpoint.publishHandler(this::ignore);
        endpoint.publishReleaseHandler(endpoint::publishComplete);
    }

    private boolean isVersion5() {
        return endpoint.protocolVersion() == MqttBroker.MQTT_5;
    }

    /** Nobody but the managers says anything here. */
    private void ignore(MqttPublishMessage message) {
        if (message.qosLevel() == MqttQoS.AT_LEAST_ONCE) {
            if (isVersion5()) {
                MqttPubAckReasonCode refusal = MqttPubAckReasonCode.NOT_AUTHORIZED;
                endpoint.publishAcknowledge(message.messageId(), refusal, MqttProperties.NO_PROPERTIES);
            } else {
                endpoint.publishAcknowledge(message.messageId());
            }
        } else if (message.qosLevel() == MqttQoS.EXACTLY_ONCE) {
            if (isVersion5()) {
                MqttPubRecReasonCode refusal = MqttPubRecReasonCode.NOT_AUTHORIZED;
                endpoint.publishReceived(message.messageId(), refusal, MqttProperties.NO_PROPERTIES);
            } else {
                endpoint.publishReceived(message.messageId());
            }
        }
    }

    private void subscribe(MqttSubscribeMessage message) {
        List<MqttQoS> granted = new ArrayList<>();
        List<MqttSubAckReasonCode> codes = new ArrayList<>();
        List<Outgoing> first = new ArrayList<>();
        for (MqttTopicSubscription asked : message.topicSubscriptions()) {
            Optional<TopicFilter> filter = TopicFilter.parse(asked.topicName());
            if (filter.isEmpty() || subscriptions.size() >= MAX_SUBSCRIPTIONS) {
                granted.add(MqttQoS.FAILURE);
                codes.add(
                        filter.isEmpty()
                                ? MqttSubAckReasonCode.TOPIC_FILTER_INVALID
                                : MqttSubAckReasonCode.QUOTA_EXCEEDED);
                continue;
            }
            boolean atMostOnce = asked.qualityOfService() == MqttQoS.AT_MOST_ONCE;
            MqttQoS qos = atMostOnce ? MqttQoS.AT_MOST_ONCE : MqttQoS.AT_LEAST_ONCE;
            boolean keepsFlag = isVersion5() && asked.subscriptionOption().isRetainAsPublished();
            boolean isNew = subscriptions.put(filter.get(), new Subscription(qos, keepsFlag)) == null;
            granted.add(qos);
            codes.add(atMostOnce ? MqttSubAckReasonCode.GRANTED_QOS0 : MqttSubAckReasonCode.GRANTED_QOS1);
            if (wantsRetained(asked, isNew)) {
                for (Retained known : retained.matching(filter.get())) {
                    first.add(new Outgoing(known.topic(), known.payload(), qos, true));
                }
            }
        }
        if (isVersion5()) {
            endpoint.subscribeAcknowledge(message.messageId(), codes, MqttProperties.NO_PROPERTIES);
        } else {
            endpoint.subscribeAcknowledge(message.messageId(), granted);
        }
        first.forEach(this::enqueue);
        flush();
    }

    private boolean wantsRetained(MqttTopicSubscription asked, boolean isNew) {
        if (!isVersion5()) {
            return true;
        }
        RetainedHandlingPolicy policy = asked.subscriptionOption().retainHandling();
        return policy == RetainedHandlingPolicy.SEND_AT_SUBSCRIBE
                || (policy == RetainedHandlingPolicy.SEND_AT_SUBSCRIBE_IF_NOT_YET_EXISTS && isNew);
    }

    /** Takes a message if a subscription fits; the best quality of service counts. */
    void offer(String topic, Bytes payload, boolean isRetained) {
        MqttQoS qos = null;
        boolean keepsFlag = false;
        for (Map.Entry<TopicFilter, Subscription> entry : subscriptions.entrySet()) {
            if (entry.getKey().matches(topic)) {
                MqttQoS wanted = entry.getValue().qos();
                qos = qos == null || wanted.value() > qos.value() ? wanted : qos;
                keepsFlag |= entry.getValue().keepsRetainFlag();
            }
        }
        if (qos != null) {
            if (isRetained) {
                queue.removeIf(waiting -> waiting.topic().equals(topic)); // the last one is what counts
            }
            enqueue(new Outgoing(topic, payload, qos, isRetained && keepsFlag));
            flush();
        }
    }

    private void enqueue(Outgoing message) {
        int bytes = message.payload().length() + message.topic().length() + HEADER_BYTES;
        if (bytes <= maxPacketBytes) {
            queue.add(message);
        }
    }

    private void flush() {
        while (!queue.isEmpty() && unwritten < window && endpoint.isConnected()) {
            boolean needsAnswer = queue.element().qos() == MqttQoS.AT_LEAST_ONCE;
            if (needsAnswer && unacknowledged.size() >= window) {
                break;
            }
            Outgoing message = queue.remove();
            int id = nextPacketId();
            if (needsAnswer) {
                unacknowledged.put(id, new Delivery(message, 1, nowMs()));
            }
            write(id, message, false);
        }
        if (queue.size() > MAX_QUEUED) {
            LOG.warn("MQTT client does not keep up and is disconnected client={}", endpoint.clientIdentifier());
            close();
        }
    }

    private void write(int id, Outgoing message, boolean again) {
        unwritten++;
        Buffer payload = Buffer.buffer(message.payload().unsafeArray());
        endpoint.publish(message.topic(), payload, message.qos(), again, message.retainFlag(), id)
                .onComplete(done -> {
                    unwritten--;
                    if (!queue.isEmpty()) {
                        flush();
                    }
                });
    }

    private int nextPacketId() {
        do {
            lastPacketId = lastPacketId == 0xFFFF ? 1 : lastPacketId + 1;
        } while (unacknowledged.containsKey(lastPacketId));
        return lastPacketId;
    }

    /** Sends again what was not acknowledged in time; a client that never acknowledges is disconnected. */
    void redeliver(long nowMs) {
        for (Map.Entry<Integer, Delivery> entry : List.copyOf(unacknowledged.entrySet())) {
            Delivery delivery = entry.getValue();
            if (nowMs - delivery.sentMs() < REDELIVER_AFTER_MS) {
                continue;
            }
            if (delivery.count() >= MAX_DELIVERIES) {
                LOG.warn("MQTT client acknowledges nothing and is disconnected client={}", endpoint.clientIdentifier());
                close();
                return;
            }
            unacknowledged.put(entry.getKey(), new Delivery(delivery.message(), delivery.count() + 1, nowMs));
            if (!isVersion5() && unwritten < window) { // MQTT 5 forbids it while connected, and TCP makes it needless
                write(entry.getKey(), delivery.message(), true);
            }
        }
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    void close() {
        queue.clear();
        unacknowledged.clear();
        subscriptions.clear();
        if (endpoint.isConnected()) {
            endpoint.close();
        }
    }
}
