package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of a daemon's log, of either format; what is no such line is kept as it is.
 *
 * @param timeMs -1 if the line does not say
 * @param level empty if the line does not say
 * @param logger the last part of its name
 * @param failure class and text of an exception; empty for none
 */
public record LogLine(long timeMs, String level, String logger, String message, String failure, String raw) {
    /** From the most to the least important. */
    public static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);
    private static final Pattern TEXT =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{3} ([A-Z]{4,5}) +(\\S+): (.*)");

    /** Of a file's line, without its end. */
    public static LogLine of(String raw) {
        if (raw.startsWith("{")) {
            try {
                return ofJson(raw);
            } catch (IOException e) {
                return unknown(raw); // cut off, or somebody else's
            }
        }
        Matcher text = TEXT.matcher(raw);
        return text.matches() ? new LogLine(-1, text.group(1), text.group(2), text.group(3), "", raw) : unknown(raw);
    }

    private static LogLine unknown(String raw) {
        return new LogLine(-1, "", "", raw, "", raw);
    }

    private static LogLine ofJson(String raw) throws IOException {
        long timeMs = -1;
        String level = "";
        String logger = "";
        String message = "";
        String failure = "";
        try (JsonParser in = JSON.createParser(raw)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                switch (name) {
                    case "timestamp" -> timeMs = in.getValueAsLong(-1);
                    case "level" -> level = in.getValueAsString("");
                    case "loggerName" -> logger = in.getValueAsString("");
                    case "formattedMessage" -> message = in.getValueAsString("");
                    case "throwable" -> failure = failure(in);
                    default -> in.skipChildren();
                }
            }
        }
        return new LogLine(timeMs, level, logger.substring(logger.lastIndexOf('.') + 1), message, failure, raw);
    }

    private static String failure(JsonParser in) throws IOException {
        String type = "";
        String text = "";
        if (in.currentToken() != JsonToken.START_OBJECT) {
            in.skipChildren();
            return "";
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            if (name.equals("className")) {
                type = in.getValueAsString("");
            } else if (name.equals("message")) {
                text = in.getValueAsString("");
            }
            in.skipChildren();
        }
        return text.isEmpty() ? type : type + ": " + text.replaceAll("\\s+", " ");
    }

    /** Whether it is at least so important. */
    public boolean isAtLeast(String wanted) {
        return LEVELS.indexOf(level) <= LEVELS.indexOf(wanted);
    }

    /** For people, in their time zone. */
    public String text(ZoneId zone) {
        if (timeMs < 0) {
            return raw;
        }
        String time = TIME.format(Instant.ofEpochMilli(timeMs).atZone(zone));
        String line = String.format(Locale.ROOT, "%s %-5s %s: %s", time, level, logger, message);
        return failure.isEmpty() ? line : line + " " + failure;
    }

    /** For programs: the line itself if it is JSON, else an object that has it as its message. */
    public String json() {
        return timeMs >= 0
                ? raw
                : JsonText.line(out -> {
                    out.writeStartObject();
                    if (!level.isEmpty()) {
                        out.writeStringField("level", level);
                        out.writeStringField("loggerName", logger);
                    }
                    out.writeStringField("formattedMessage", message);
                    out.writeEndObject();
                });
    }
}
