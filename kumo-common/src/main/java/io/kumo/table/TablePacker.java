package io.kumo.table;

import com.dynatrace.hash4j.hashing.Hashing;
import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/**
 * Writes what tables are made of. Rows name servers by their place in a list that comes first, which makes a row of
 * three copies about a dozen bytes. What is written is enveloped as {@code [format, hash of the body, body]}.
 */
final class TablePacker {
    static final int FORMAT = 1;

    private final MessageBufferPacker out = MessagePack.newDefaultBufferPacker();
    private final Map<ServerId, Integer> places = new HashMap<>();

    /** Something that writes. */
    private interface Step {
        void run() throws IOException;
    }

    private TablePacker write(Step step) {
        try {
            step.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // never: it writes to memory
        }
    }

    TablePacker fields(int count) {
        return write(() -> out.packArrayHeader(count));
    }

    TablePacker put(long value) {
        return write(() -> out.packLong(value));
    }

    TablePacker put(boolean value) {
        return write(() -> out.packBoolean(value));
    }

    TablePacker put(String value) {
        return write(() -> out.packString(value));
    }

    TablePacker addresses(List<HostPort> addresses) {
        fields(addresses.size());
        addresses.forEach(address -> put(address.toString()));
        return this;
    }

    TablePacker ids(List<ServerId> ids) {
        fields(ids.size());
        ids.forEach(id -> put(id.value()));
        return this;
    }

    TablePacker orders(Orders orders) {
        return fields(3).put(orders.paused()).ids(orders.drained()).ids(orders.detached());
    }

    TablePacker server(ServerInfo server) {
        fields(6).put(server.id().value()).put(server.address().toString()).put(server.incarnation());
        return put(server.zone()).put(server.state().number()).put(server.placed());
    }

    TablePacker servers(List<ServerInfo> servers) {
        fields(servers.size());
        servers.forEach(this::server);
        return this;
    }

    /** Writes the list that the places in {@code rows} refer to. */
    TablePacker named(List<Partition> rows) {
        for (Partition row : rows) {
            row.inSync().forEach(this::place);
            row.joining().forEach(this::place);
            row.target().forEach(this::place);
        }
        ServerId[] inOrder = new ServerId[places.size()];
        places.forEach((id, place) -> inOrder[place] = id);
        return ids(List.of(inOrder));
    }

    private int place(ServerId id) {
        return places.computeIfAbsent(id, unknown -> places.size());
    }

    /** Writes a row after {@link #named}; its id is up to the caller. */
    TablePacker row(Partition row) {
        fields(4).put(row.epoch());
        return rowIds(row.inSync()).rowIds(row.joining()).rowIds(row.target());
    }

    private TablePacker rowIds(List<ServerId> ids) {
        fields(ids.size());
        ids.forEach(id -> put(place(id)));
        return this;
    }

    /** All that was written, in its envelope. */
    Bytes finish() {
        byte[] body = out.toByteArray();
        TablePacker envelope = new TablePacker();
        envelope.fields(3).put(FORMAT).put(Hashing.xxh3_64().hashBytesToLong(body));
        envelope.write(() -> {
            envelope.out.packBinaryHeader(body.length);
            envelope.out.writePayload(body);
        });
        return Bytes.wrap(envelope.out.toByteArray());
    }
}
