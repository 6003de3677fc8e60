package io.kumo.table;

import com.dynatrace.hash4j.hashing.Hashing;
import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;

/** Reads what {@link TablePacker} writes. Fields that a newer version added at the end are skipped. */
final class TableUnpacker {
    private final MessageUnpacker in;
    private final int length;
    private List<ServerId> named = List.of();

    private TableUnpacker(byte[] content) {
        this.in = MessagePack.newDefaultUnpacker(content);
        this.length = content.length;
    }

    /** Reads a value. */
    interface Step<T> {
        T run(TableUnpacker in) throws IOException;
    }

    /** Checks the envelope and reads the body; anything wrong is a KumoException that names {@code what}. */
    static <T> T decode(Bytes bytes, String what, Step<T> body) {
        return read(bytes, what, true, body);
    }

    /** The same without the checksum, for the beginning of the body. */
    static <T> T peek(Bytes bytes, String what, Step<T> beginning) {
        return read(bytes, what, false, beginning);
    }

    private static <T> T read(Bytes bytes, String what, boolean isChecked, Step<T> body) {
        try {
            TableUnpacker envelope = new TableUnpacker(bytes.unsafeArray());
            int fields = envelope.open(3);
            int format = envelope.in.unpackInt();
            if (format != TablePacker.FORMAT) {
                throw new KumoException(
                        ErrorCode.CORRUPT, what + " of format " + format + " cannot be read by this version of kumo");
            }
            long hash = envelope.in.unpackLong();
            int bodyLength = envelope.in.unpackBinaryHeader();
            Check.argument(bodyLength <= bytes.length(), "cut short");
            byte[] content = envelope.in.readPayload(bodyLength);
            envelope.skip(fields - 3);
            Check.argument(!isChecked || Hashing.xxh3_64().hashBytesToLong(content) == hash, "wrong checksum");
            return body.run(new TableUnpacker(content));
        } catch (MessagePackException
                | IOException
                | IllegalArgumentException
                | IllegalStateException
                | ArithmeticException
                | IndexOutOfBoundsException e) {
            throw new KumoException(ErrorCode.CORRUPT, what + " is damaged: " + e.getMessage(), e);
        }
    }

    /** Starts a list of fields, of which at least {@code least} must be there; how many there are. */
    int open(int least) throws IOException {
        int count = count();
        Check.argument(count >= least, "%d fields instead of %d", count, least);
        return count;
    }

    /** Length of a list: never more than there are bytes, as each element takes one. */
    private int count() throws IOException {
        int count = in.unpackArrayHeader();
        Check.argument(count >= 0 && count <= length - in.getTotalReadBytes(), "a list of %d", count);
        return count;
    }

    void skip(int count) throws IOException {
        in.skipValue(count);
    }

    long int64() throws IOException {
        return in.unpackLong();
    }

    int int32() throws IOException {
        return in.unpackInt();
    }

    boolean bool() throws IOException {
        return in.unpackBoolean();
    }

    String text() throws IOException {
        return in.unpackString();
    }

    <T> List<T> list(Step<T> element) throws IOException {
        int count = count();
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(element.run(this));
        }
        return values;
    }

    List<HostPort> addresses() throws IOException {
        return list(each -> HostPort.parse(each.text(), 0));
    }

    ServerId id() throws IOException {
        return new ServerId(int64());
    }

    List<ServerId> ids() throws IOException {
        return list(TableUnpacker::id);
    }

    ServerInfo server() throws IOException {
        int fields = open(6);
        ServerInfo server =
                new ServerInfo(id(), HostPort.parse(text(), 0), int64(), text(), ServerState.of(int32()), bool());
        skip(fields - 6);
        return server;
    }

    Orders orders() throws IOException {
        int fields = open(3);
        Orders orders = new Orders(bool(), ids(), ids());
        skip(fields - 3);
        return orders;
    }

    List<ServerInfo> servers() throws IOException {
        return list(TableUnpacker::server);
    }

    /** Reads the list that the places in rows refer to. */
    void named() throws IOException {
        named = ids();
    }

    Partition row(int id) throws IOException {
        int fields = open(4);
        Partition row = new Partition(id, int64(), rowIds(), rowIds(), rowIds());
        skip(fields - 4);
        return row;
    }

    private List<ServerId> rowIds() throws IOException {
        int count = count();
        if (count == 0) {
            return List.of();
        }
        ServerId[] ids = new ServerId[count];
        for (int i = 0; i < count; i++) {
            ids[i] = named.get(in.unpackInt());
        }
        return List.of(ids);
    }
}
