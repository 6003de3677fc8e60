package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class EventLineTest {
    @Test
    void anEventIsALineForPeople() {
        assertEquals(
                "2026-10-06 08:53:08.190  version 18  fault             server svr2:19800 is marked as faulty",
                EventLine.text(
                        "{\"event\":\"fault\",\"text\":\"server svr2:19800 is marked as faulty\",\"version\":18,"
                                + "\"timeMs\":1791276788190,\"server\":\"1bd46ccbcf9b9374\",\"new\":{\"a\":[1]}}",
                        ZoneOffset.UTC));
    }

    @Test
    void whatIsNoEventIsShownAsItIs() {
        for (String text : new String[] {"", "x", "{\"event\":", "{}"}) {
            assertEquals(text, EventLine.text(text, ZoneOffset.UTC));
        }
    }
}
