package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LogLineTest {
    private static final String JSON = "{\"timestamp\":1795668807829,\"level\":\"WARN\",\"threadName\":\"t\","
            + "\"loggerName\":\"io.kumo.manager.Leader\",\"formattedMessage\":\"went away server=a \\\"b\\\"\","
            + "\"throwable\":{\"className\":\"java.io.IOException\",\"message\":\"no\\nroom\","
            + "\"stepArray\":[{\"className\":\"x\"}]},\"fields\":{\"server\":\"a\"}}";

    @Test
    void jsonIsShownAsPeopleWouldHaveIt() {
        assertEquals(
                "2026-11-26 04:53:27.829 WARN  Leader: went away server=a \"b\" java.io.IOException: no room",
                LogLine.of(JSON).text(ZoneOffset.UTC));
        assertEquals(JSON, LogLine.of(JSON).json());
    }

    @Test
    void textIsShownAsItIsAndMadeJson() {
        String raw = "2026-11-26 04:54:30.482 INFO  NodeMain: ready";
        LogLine line = LogLine.of(raw);
        assertEquals(raw, line.text(ZoneOffset.UTC));
        assertEquals("NodeMain", line.logger());
        assertEquals("{\"level\":\"INFO\",\"loggerName\":\"NodeMain\",\"formattedMessage\":\"ready\"}", line.json());
    }

    @Test
    void whatIsNoLineOfALogIsKept() {
        for (String raw : new String[] {"", "\tat some.Place", "{\"cut\":", "{\"level\":1", "{}"}) {
            assertEquals(raw, LogLine.of(raw).text(ZoneOffset.UTC), raw);
        }
    }

    @Test
    void linesWithoutALevelGoWithTheOneBeforeThem() {
        LogFilter filter = new LogFilter("WARN", "", "");
        assertFalse(filter.shows(LogLine.of("kumo-server is ready")));
        assertTrue(filter.shows(LogLine.of(JSON)));
        assertTrue(filter.shows(LogLine.of("\tat some.Place")));
        assertFalse(filter.shows(LogLine.of("2026-11-26 04:54:30.482 INFO  NodeMain: ready")));
        assertFalse(filter.shows(LogLine.of("\tat some.Place")));
        assertTrue(new LogFilter("", "leader", "went").shows(LogLine.of(JSON)));
        assertFalse(new LogFilter("", "audit", "").shows(LogLine.of(JSON)));
    }
}
