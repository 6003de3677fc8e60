package io.kumo.manager.mqtt;

import io.kumo.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The last payload of each topic that is retained: what a new subscriber gets at once. */
public final class RetainedTopics {
    private final Map<String, Bytes> payloads = new TreeMap<>();

    /** A payload under its topic. */
    public record Retained(String topic, Bytes payload) {}

    /** Keeps a payload in place of the topic's last one; an empty one makes the topic forgotten, as MQTT has it. */
    public void retain(String topic, Bytes payload) {
        if (payload.isEmpty()) {
            payloads.remove(topic);
        } else {
            payloads.put(topic, payload);
        }
    }

    /** All that fits the filter, by topic. */
    public List<Retained> matching(TopicFilter filter) {
        List<Retained> found = new ArrayList<>();
        payloads.forEach((topic, payload) -> {
            if (filter.matches(topic)) {
                found.add(new Retained(topic, payload));
            }
        });
        return found;
    }
}
