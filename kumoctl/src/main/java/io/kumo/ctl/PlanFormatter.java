package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.protocol.OperatorMessages.ServerPlan;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;

/** What kumoctl plan and kumoctl safe-to-stop print: text for people, JSON for scripts. Pure. */
public final class PlanFormatter {
    private static final JsonFactory JSON = new JsonFactory();

    private PlanFormatter() {}

    /** What fills a JSON object. */
    @FunctionalInterface
    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    /** Several lines, each ended. */
    public static String text(PlanResult plan) {
        StringBuilder out = new StringBuilder(512);
        out.append("would do: ").append(plan.text()).append('\n');
        out.append(String.format(
                Locale.ROOT,
                "would move: %d copies, about %s, and %d primaries; nothing is done%n",
                plan.copies(),
                StatusFormatter.bytes(plan.bytes()),
                plan.primaries()));
        for (ServerPlan server : plan.servers()) {
            out.append(String.format(
                    Locale.ROOT,
                    "  %s  primaries %d -> %d  copies %d -> %d",
                    server.address(),
                    server.primariesNow(),
                    server.primariesThen(),
                    server.copiesNow(),
                    server.copiesThen()));
            if (server.copiesToMake() > 0) {
                out.append(String.format(
                        Locale.ROOT,
                        "  gets %d copies, about %s",
                        server.copiesToMake(),
                        StatusFormatter.bytes(server.bytes())));
            }
            out.append('\n');
        }
        return out.toString();
    }

    /** One JSON object. Fields are added, never renamed. */
    public static String json(PlanResult plan) {
        return object(out -> {
            out.writeStringField("text", plan.text());
            out.writeNumberField("copies", plan.copies());
            out.writeNumberField("primaries", plan.primaries());
            out.writeNumberField("bytes", plan.bytes());
            out.writeArrayFieldStart("servers");
            for (ServerPlan server : plan.servers()) {
                out.writeStartObject();
                out.writeStringField("id", server.id().toString());
                out.writeStringField("address", server.address());
                out.writeNumberField("primariesNow", server.primariesNow());
                out.writeNumberField("primariesThen", server.primariesThen());
                out.writeNumberField("copiesNow", server.copiesNow());
                out.writeNumberField("copiesThen", server.copiesThen());
                out.writeNumberField("copiesToMake", server.copiesToMake());
                out.writeNumberField("bytes", server.bytes());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    /** A line that says yes, or a line for each reason why not. */
    public static String text(SafeToStopResult result) {
        return result.safe()
                ? "safe to stop\n"
                : "not safe to stop:\n  " + String.join("\n  ", result.reasons()) + "\n";
    }

    /** One JSON object. */
    public static String json(SafeToStopResult result) {
        return object(out -> {
            out.writeBooleanField("safe", result.safe());
            out.writeArrayFieldStart("reasons");
            for (String reason : result.reasons()) {
                out.writeString(reason);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("partitions");
            for (String partition : result.partitions()) {
                out.writeNumber(Integer.parseInt(partition));
            }
            out.writeEndArray();
        });
    }

    /** What a command answered. */
    public static String json(long version, String text) {
        return object(out -> {
            out.writeNumberField("version", version);
            out.writeStringField("text", text);
        });
    }

    private static String object(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can't fail to be written", e);
        }
        return text + "\n";
    }
}
