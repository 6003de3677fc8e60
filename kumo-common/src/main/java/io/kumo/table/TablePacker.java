package io.kumo.table;

import com.dynatrace.hash4j.hashing.Hashing;
import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/**
 * Writes what tables are made of. Rows name servers by their place in a list that comes first, which makes a row of
 * three copies about a dozen bytes. What is written is enveloped as {@code [format, hash of the body, body]}.
 */
final class TablePacker {
    static final int FORMAT = 1;

    private final MessageBufferPacker out = MessagePack.newDefaultBufferPacker();
    private final Map<ServerId, Integer> places = new LinkedHashMap<>();

    /** Writes a value. */
    interface Step {
        void run(TablePacker out) throws IOException;
    }

    /** What {@code body} writes, in the envelope. */
    static Bytes encode(Step body) {
        try {
            TablePacker content = new TablePacker();
            body.run(content);
            return content.enveloped();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never: it writes to memory
        }
    }

    TablePacker fields(int count) throws IOException {
        out.packArrayHeader(count);
        return this;
    }

    TablePacker put(long value) throws IOException {
        out.packLong(value);
        return this;
    }

    TablePacker put(boolean value) throws IOException {
        out.packBoolean(value);
        return this;
    }

    TablePacker put(String value) throws IOException {
        out.packString(value);
        return this;
    }

    TablePacker addresses(List<HostPort> addresses) throws IOException {
        fields(addresses.size());
        for (HostPort address : addresses) {
            put(address.toString());
        }
        return this;
    }

    TablePacker ids(List<ServerId> ids) throws IOException {
        fields(ids.size());
        for (ServerId id : ids) {
            put(id.value());
        }
        return this;
    }

    TablePacker orders(Orders orders) throws IOException {
        return fields(3).put(orders.paused()).ids(orders.drained()).ids(orders.detached());
    }

    private TablePacker server(ServerInfo server) throws IOException {
        fields(6).put(server.id().value()).put(server.address().toString()).put(server.incarnation());
        return put(server.zone()).put(server.state().number()).put(server.placed());
    }

    TablePacker servers(List<ServerInfo> servers) throws IOException {
        fields(servers.size());
        for (ServerInfo server : servers) {
            server(server);
        }
        return this;
    }

    /** Writes the list that the places in {@code rows} refer to. */
    TablePacker named(List<Partition> rows) throws IOException {
        for (Partition row : rows) {
            name(row.inSync());
            name(row.joining());
            name(row.target());
        }
        return ids(List.copyOf(places.keySet()));
    }

    private void name(List<ServerId> ids) {
        for (int i = 0; i < ids.size(); i++) {
            places.putIfAbsent(ids.get(i), places.size());
        }
    }

    /** Writes a row after {@link #named}; its id is up to the caller. */
    TablePacker row(Partition row) throws IOException {
        fields(4).put(row.epoch());
        return rowIds(row.inSync()).rowIds(row.joining()).rowIds(row.target());
    }

    private TablePacker rowIds(List<ServerId> ids) throws IOException {
        fields(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            put(Objects.requireNonNull(places.get(ids.get(i)), "not in the list"));
        }
        return this;
    }

    private Bytes enveloped() throws IOException {
        byte[] body = out.toByteArray();
        TablePacker envelope = new TablePacker();
        envelope.fields(3).put(FORMAT).put(Hashing.xxh3_64().hashBytesToLong(body));
        envelope.out.packBinaryHeader(body.length);
        envelope.out.writePayload(body);
        return Bytes.wrap(envelope.out.toByteArray());
    }
}
