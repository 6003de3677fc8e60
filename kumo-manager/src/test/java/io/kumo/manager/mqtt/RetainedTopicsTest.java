package io.kumo.manager.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.manager.mqtt.RetainedTopics.Retained;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetainedTopicsTest {
    @ParameterizedTest
    @CsvSource({
        "kumo/c1/table, kumo/c1/table, true",
        "kumo/+/table, kumo/c1/table, true",
        "kumo/+/table, kumo/c1/table/delta/2, false",
        "kumo/+/table/delta/+, kumo/c1/table/delta/2, true",
        "'kumo/#', kumo/c1/table/delta/2, true",
        "'kumo/#', kumo, true",
        "'#', kumo/c1/events, true",
        "'#', $SYS/broker, false",
        "+/broker, $SYS/broker, false",
        "'$SYS/#', $SYS/broker, true",
        "kumo/+, kumo/, true",
        "kumo/+, kumo, false",
        "kumo, kumo/c1, false",
        "+/+/+, kumo/c1/table, true"
    })
    void filtersFitAsTheStandardSays(String filter, String topic, boolean fits) {
        assertEquals(fits, TopicFilter.parse(filter).orElseThrow().matches(topic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a#", "a/#/b", "a+/b", "##", "$share/group/kumo/#", "a\0b"})
    void refusesWhatIsNoFilter(String text) {
        assertTrue(TopicFilter.parse(text).isEmpty());
    }

    @Test
    void keepsTheLastPayloadOfEachTopicUntilAnEmptyOneComes() {
        RetainedTopics topics = new RetainedTopics();
        topics.retain("kumo/c1/node/2", Bytes.utf8("b"));
        topics.retain("kumo/c1/node/1", Bytes.utf8("a"));
        topics.retain("kumo/c1/node/1", Bytes.utf8("c"));
        TopicFilter all = TopicFilter.parse("kumo/#").orElseThrow();
        assertEquals(
                List.of(
                        new Retained("kumo/c1/node/1", Bytes.utf8("c")),
                        new Retained("kumo/c1/node/2", Bytes.utf8("b"))),
                topics.matching(all));
        topics.retain("kumo/c1/node/1", Bytes.EMPTY);
        assertEquals(1, topics.matching(all).size());
    }
}
