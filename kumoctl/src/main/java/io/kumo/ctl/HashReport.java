package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonGenerator;
import io.kumo.base.Bytes;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What {@code kumohash} prints: hashes of keys, and which servers have them. */
public final class HashReport {
    private HashReport() {}

    private static String hex(long hash) {
        return String.format(Locale.ROOT, "%016x", hash);
    }

    private static long hash(String key) {
        byte[] bytes = Bytes.utf8(key).unsafeArray();
        return PartitionHash.hash(bytes, 0, bytes.length);
    }

    /** A line for each key: its hash. */
    public static String hashes(List<String> keys) {
        StringBuilder out = new StringBuilder();
        keys.forEach(key -> out.append(hex(hash(key))).append("  ").append(key).append('\n'));
        return out.toString();
    }

    /** The hash of each key, then its partition and the servers that have it, the primary first. */
    public static String assigned(ClusterTable table, List<String> keys) {
        StringBuilder out = new StringBuilder();
        for (String key : keys) {
            long hash = hash(key);
            Partition row = row(table, hash);
            out.append(hex(hash))
                    .append("  ")
                    .append(key)
                    .append("  partition ")
                    .append(row.id())
                    .append('\n');
            int copy = 0;
            for (ServerId id : row.inSync()) {
                out.append("  ")
                        .append(copy++)
                        .append(": ")
                        .append(address(table, id))
                        .append('\n');
            }
            row.joining()
                    .forEach(id ->
                            out.append("  joining: ").append(address(table, id)).append('\n'));
        }
        return out.toString();
    }

    /** A line for each partition: the lowest hash that belongs to it, its number, its servers, the primary first. */
    public static String dump(ClusterTable table) {
        StringBuilder out = new StringBuilder();
        for (Partition row : table.partitions()) {
            out.append(hex(firstHash(table, row))).append("  ").append(row.id());
            row.inSync().forEach(id -> out.append("  ").append(address(table, id)));
            out.append('\n');
        }
        return out.toString();
    }

    private static long firstHash(ClusterTable table, Partition row) {
        int bits = Integer.numberOfTrailingZeros(table.partitionCount());
        return bits == 0 ? 0 : (long) row.id() << (64 - bits);
    }

    private static Partition row(ClusterTable table, long hash) {
        return table.partition(PartitionHash.partitionOf(hash, table.partitionCount()));
    }

    private static String address(ClusterTable table, ServerId id) {
        return table.server(id).map(info -> info.address().toString()).orElse(id.toString());
    }

    /** The same as an array; without a table only hashes. */
    public static String hashesJson(List<String> keys) {
        return JsonText.pretty(out -> {
            out.writeStartArray();
            for (String key : keys) {
                out.writeStartObject();
                out.writeStringField("key", key);
                out.writeStringField("hash", hex(hash(key)));
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    public static String assignedJson(ClusterTable table, List<String> keys) {
        return JsonText.pretty(out -> {
            out.writeStartArray();
            for (String key : keys) {
                out.writeStartObject();
                out.writeStringField("key", key);
                out.writeStringField("hash", hex(hash(key)));
                row(out, table, row(table, hash(key)));
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    public static String dumpJson(ClusterTable table) {
        return JsonText.pretty(out -> {
            out.writeStartArray();
            for (Partition row : table.partitions()) {
                out.writeStartObject();
                out.writeStringField("firstHash", hex(firstHash(table, row)));
                row(out, table, row);
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    private static void row(JsonGenerator out, ClusterTable table, Partition row) throws IOException {
        out.writeNumberField("partition", row.id());
        out.writeNumberField("epoch", row.epoch());
        servers(out, "servers", table, row.inSync());
        servers(out, "joining", table, row.joining());
    }

    private static void servers(JsonGenerator out, String field, ClusterTable table, List<ServerId> ids)
            throws IOException {
        out.writeArrayFieldStart(field);
        for (ServerId id : ids) {
            out.writeString(address(table, id));
        }
        out.writeEndArray();
    }
}
