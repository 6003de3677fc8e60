package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** An event of a cluster as a line for people: time, version of the table, kind, text. */
public final class EventLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private EventLine() {}

    /** Without its end; what is no event is shown as it is. */
    public static String text(String json, ZoneId zone) {
        long timeMs = -1;
        long version = 0;
        String kind = "";
        String text = "";
        try (JsonParser in = JSON.createParser(json)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "timeMs" -> timeMs = in.getValueAsLong(-1);
                    case "version" -> version = in.getValueAsLong(0);
                    case "event" -> kind = in.getValueAsString("");
                    case "text" -> text = in.getValueAsString("");
                    default -> in.skipChildren();
                }
            }
        } catch (IOException e) {
            return json;
        }
        if (timeMs < 0) {
            return json;
        }
        String time = TIME.format(Instant.ofEpochMilli(timeMs).atZone(zone));
        return String.format(Locale.ROOT, "%s  version %d  %-17s %s", time, version, kind, text);
    }
}
