package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.kumo.protocol.VerifyMessages.CopyDifference;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What kumoctl verify has found so far, and how it prints that: text for people, JSON for scripts. Pure. */
public final class VerifyReport {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST_EXAMPLES = 5;

    /** A copy of a partition that differs. */
    private record Copy(int partition, String server, Difference difference) {}

    /** What differs there. */
    private static final class Difference {
        private long keys;
        private final Set<String> examples = new LinkedHashSet<>();
    }

    private final Map<Integer, Map<String, Difference>> differences = new TreeMap<>();
    private final Map<Integer, String> failures = new TreeMap<>();
    private final Map<Integer, Long> unreadable = new TreeMap<>();
    private int partitions;
    private long records;
    private int mended;

    /** A piece of a partition was compared. */
    public void onPiece(int partition, VerifyResult result) {
        records += result.records();
        if (result.unreadable() > 0) {
            unreadable.merge(partition, result.unreadable(), Long::sum);
        }
        for (CopyDifference copy : result.copies()) {
            if (copy.keys() > 0) {
                Difference known = differences
                        .computeIfAbsent(partition, none -> new TreeMap<>())
                        .computeIfAbsent(copy.copy().toString(), none -> new Difference());
                known.keys += copy.keys();
                copy.examples().stream()
                        .limit(Math.max(0, MOST_EXAMPLES - known.examples.size()))
                        .forEach(known.examples::add);
            }
        }
    }

    /** A partition was compared to its end. */
    public void onPartition() {
        partitions++;
    }

    /** A partition could not be compared. */
    public void onFailure(int partition, String why) {
        failures.put(partition, why);
    }

    /** Copies are being mended. */
    public void onMended(int copies) {
        mended += copies;
    }

    /** Servers whose copy of the partition differs. */
    public List<String> differing(int partition) {
        return List.copyOf(differences.getOrDefault(partition, Map.of()).keySet());
    }

    /** Whether all that was asked for was compared, and is equal. */
    public boolean isClean() {
        return differences.isEmpty() && failures.isEmpty() && unreadable.isEmpty();
    }

    /** One line while it goes on. */
    public String progress(int of) {
        return "compared " + partitions + " of " + of + " partitions, " + records + " records, " + differences.size()
                + " differ";
    }

    /** Several lines, each ended. */
    public String text() {
        StringBuilder out = new StringBuilder(256);
        for (Copy copy : copies()) {
            out.append("partition ")
                    .append(copy.partition())
                    .append(" on server ")
                    .append(copy.server())
                    .append(": ")
                    .append(copy.difference().keys)
                    .append(" keys differ, such as ")
                    .append(String.join(", ", copy.difference().examples))
                    .append('\n');
        }
        unreadable.forEach((partition, count) -> out.append("partition ")
                .append(partition)
                .append(": ")
                .append(count)
                .append(" records of the primary can't be read\n"));
        failures.forEach((partition, why) -> out.append("not compared: partition ")
                .append(partition)
                .append(": ")
                .append(why)
                .append('\n'));
        out.append("compared ")
                .append(partitions)
                .append(" partitions, ")
                .append(records)
                .append(" records: ");
        out.append(isClean() ? "all copies are equal" : differences.size() + " partitions differ");
        if (mended > 0) {
            out.append("; ").append(mended).append(" copies are being mended");
        }
        return out.append('\n').toString();
    }

    private List<Copy> copies() {
        List<Copy> copies = new ArrayList<>();
        differences.forEach((partition, servers) ->
                servers.forEach((server, difference) -> copies.add(new Copy(partition, server, difference))));
        return copies;
    }

    /** One JSON object in a line. Fields are added, never renamed. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            out.writeBooleanField("equal", isClean());
            out.writeNumberField("partitions", partitions);
            out.writeNumberField("records", records);
            out.writeNumberField("mended", mended);
            out.writeArrayFieldStart("differences");
            for (Copy copy : copies()) {
                out.writeStartObject();
                out.writeNumberField("partition", copy.partition());
                out.writeStringField("server", copy.server());
                out.writeNumberField("keys", copy.difference().keys);
                out.writeArrayFieldStart("examples");
                for (String key : copy.difference().examples) {
                    out.writeString(key);
                }
                out.writeEndArray();
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeArrayFieldStart("unreadable");
            for (Integer partition : unreadable.keySet()) {
                out.writeNumber(partition);
            }
            out.writeEndArray();
            out.writeArrayFieldStart("notCompared");
            for (Integer partition : failures.keySet()) {
                out.writeNumber(partition);
            }
            out.writeEndArray();
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text + "\n";
    }
}
