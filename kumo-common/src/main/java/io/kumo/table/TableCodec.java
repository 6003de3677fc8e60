package io.kumo.table;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A table as bytes: for the register's files, for TableGet and for MQTT. 1,024 rows of three copies take 15 KB. */
public final class TableCodec {
    /** Those of the first version; orders came later. */
    private static final int FIELDS = 9;

    /**
     * A process reads the same bytes when it votes, when it hears of the decision, and by MQTT, and writes the same
     * table to each peer and to its file. What was read is not taken for what was written, nor the other way round.
     */
    private static final Recent<Bytes, ClusterTable> READ = new Recent<>(Bytes::equals);

    private static final Recent<ClusterTable, Bytes> WRITTEN = new Recent<>(TableCodec::isVeryTable);

    private TableCodec() {}

    public static Bytes encode(ClusterTable table) {
        return WRITTEN.get(table, TableCodec::write);
    }

    @SuppressWarnings("ReferenceEquality") // to compare a thousand rows takes as long as to write them
    private static boolean isVeryTable(ClusterTable one, ClusterTable other) {
        return one == other;
    }

    private static Bytes write(ClusterTable table) {
        return TablePacker.encode(out -> {
            out.fields(FIELDS + 1).put(table.clusterId()).put(table.version());
            out.put(table.replicas()).put(table.autoReplace()).put(table.plannedMoves());
            out.addresses(table.managers()).servers(table.servers()).named(table.partitions());
            out.fields(table.partitionCount());
            for (Partition row : table.partitions()) {
                out.row(row);
            }
            out.orders(table.orders());
        });
    }

    /**
     * KumoException with CORRUPT for bytes that are not a table, or are one of a format from the future. Bytes that
     * were read a short while ago give the very table that they gave then.
     */
    public static ClusterTable decode(Bytes bytes) {
        return READ.get(bytes, TableCodec::read);
    }

    private static ClusterTable read(Bytes bytes) {
        return TableUnpacker.decode(bytes, "partition table", TableCodec::body);
    }

    /** Which table the bytes are; the rest of them is not looked at. Fails as {@link #decode} does. */
    public static TableStamp stamp(Bytes bytes) {
        return TableUnpacker.peek(bytes, "partition table", in -> {
            in.open(FIELDS);
            return new TableStamp(in.text(), in.int64());
        });
    }

    private static ClusterTable body(TableUnpacker in) throws IOException {
        int fields = in.open(FIELDS);
        String clusterId = in.text();
        long version = in.int64();
        int replicas = in.int32();
        boolean autoReplace = in.bool();
        long plannedMoves = in.int64();
        List<HostPort> managers = in.addresses();
        List<ServerInfo> servers = in.servers();
        in.named();
        List<Partition> rows = new ArrayList<>();
        in.list(each -> rows.add(each.row(rows.size())));
        Orders orders = fields > FIELDS ? in.orders() : Orders.NONE;
        in.skip(Math.max(0, fields - FIELDS - 1));
        return new ClusterTable(
                clusterId, version, replicas, autoReplace, plannedMoves, managers, servers, rows, orders);
    }
}
