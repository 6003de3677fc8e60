package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonGenerator;
import io.kumo.base.HostPort;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What {@code kumostat} prints. */
public final class StatReport {
    /**
     * One server's answer.
     *
     * @param isAnswer false if {@code text} says why there is none
     */
    public record Line(HostPort server, boolean isAnswer, String text) {}

    private StatReport() {}

    /** As kumofs prints: the value alone for one server, behind its address for all of them. */
    public static String text(List<Line> lines, boolean ofAll) {
        StringBuilder out = new StringBuilder();
        for (Line line : lines) {
            out.append(ofAll ? line.server() + ":  " : "").append(line.text()).append('\n');
        }
        return out.toString();
    }

    /** An object for one server, an array of them for all. */
    public static String json(StatItem item, List<Line> lines, boolean ofAll) {
        return JsonText.pretty(out -> {
            if (ofAll) {
                out.writeStartArray();
            }
            for (Line line : lines) {
                write(out, item, line);
            }
            if (ofAll) {
                out.writeEndArray();
            }
        });
    }

    private static void write(JsonGenerator out, StatItem item, Line line) throws IOException {
        out.writeStartObject();
        out.writeStringField("server", line.server().toString());
        out.writeStringField("item", item.word());
        if (!line.isAnswer()) {
            out.writeStringField("error", line.text());
        } else if (item == StatItem.STATS) {
            out.writeObjectFieldStart("value");
            for (String each : line.text().split("\n")) {
                String[] words = each.split(" ", 3);
                if (words.length == 3) {
                    out.writeFieldName(words[1]);
                    JsonText.writeValue(out, words[2]);
                }
            }
            out.writeEndObject();
        } else {
            out.writeFieldName("value");
            JsonText.writeValue(out, line.text());
        }
        out.writeEndObject();
    }

    /** All figures of several processes: address, name, value. */
    public static String figures(List<ServerFacts> answers) {
        StringBuilder out = new StringBuilder();
        for (ServerFacts answer : answers) {
            answer.figures()
                    .forEach((name, value) -> out.append(answer.address())
                            .append(' ')
                            .append(name)
                            .append(' ')
                            .append(value)
                            .append('\n'));
        }
        return out.toString();
    }

    /** The same, an object for each process. */
    public static String figuresJson(List<ServerFacts> answers) {
        return JsonText.pretty(out -> {
            out.writeStartArray();
            for (ServerFacts answer : answers) {
                out.writeStartObject();
                out.writeStringField("address", answer.address().toString());
                out.writeObjectFieldStart("figures");
                for (Map.Entry<String, String> figure : answer.figures().entrySet()) {
                    out.writeFieldName(figure.getKey());
                    JsonText.writeValue(out, figure.getValue());
                }
                out.writeEndObject();
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
