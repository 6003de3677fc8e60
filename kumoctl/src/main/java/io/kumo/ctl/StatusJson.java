package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** The state of a cluster as one JSON object, for {@code kumoctl status --json}. Fields are added, never renamed. */
public final class StatusJson {
    private static final JsonFactory JSON = new JsonFactory();

    private StatusJson() {}

    public static String text(StatusResult status) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
            out.writeStartObject();
            out.writeStringField("cluster", status.cluster());
            out.writeNumberField("version", status.version());
            out.writeNumberField("replicas", status.replicas());
            out.writeNumberField("partitions", status.partitions());
            out.writeNumberField("underReplicated", status.underReplicated());
            out.writeNumberField("down", status.down());
            out.writeNumberField("damaged", status.damaged());
            out.writeBooleanField("autoReplace", status.autoReplace());
            out.writeBooleanField("paused", status.paused());
            managers(out, status);
            servers(out, status);
            rebalance(out, status.rebalance());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string can't fail to be written", e);
        }
        return text.toString();
    }

    private static void managers(JsonGenerator out, StatusResult status) throws IOException {
        out.writeArrayFieldStart("managers");
        for (ManagerStatus manager : status.managers()) {
            out.writeStartObject();
            out.writeStringField("address", manager.address().toString());
            out.writeBooleanField("leader", manager.leader());
            out.writeBooleanField("alive", manager.alive());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void servers(JsonGenerator out, StatusResult status) throws IOException {
        out.writeArrayFieldStart("servers");
        for (ServerStatus server : status.servers()) {
            out.writeStartObject();
            out.writeStringField("id", server.id().toString());
            out.writeStringField("address", server.address().toString());
            out.writeStringField("state", server.state());
            out.writeNumberField("primaries", server.primaries());
            out.writeNumberField("copies", server.copies());
            out.writeNumberField("items", server.items());
            out.writeNumberField("bytes", server.bytes());
            out.writeNumberField("damaged", server.damaged());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void rebalance(JsonGenerator out, RebalanceStatus rebalance) throws IOException {
        out.writeObjectFieldStart("rebalance");
        out.writeBooleanField("running", rebalance.running());
        out.writeNumberField("movesDone", rebalance.movesDone());
        out.writeNumberField("movesTotal", rebalance.movesTotal());
        out.writeNumberField("bytesDone", rebalance.bytesDone());
        out.writeNumberField("bytesPerSec", rebalance.bytesPerSec());
        out.writeNumberField("etaSec", rebalance.etaSec());
        out.writeEndObject();
    }
}
