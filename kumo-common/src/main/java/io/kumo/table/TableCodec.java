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

    private TableCodec() {}

    public static Bytes encode(ClusterTable table) {
        TablePacker out = new TablePacker();
        out.fields(FIELDS + 1).put(table.clusterId()).put(table.version());
        out.put(table.replicas()).put(table.autoReplace()).put(table.plannedMoves());
        out.addresses(table.managers()).servers(table.servers()).named(table.partitions());
        out.fields(table.partitionCount());
        table.partitions().forEach(out::row);
        return out.orders(table.orders()).finish();
    }

    /** KumoException with CORRUPT for bytes that are not a table, or are one of a format from the future. */
    public static ClusterTable decode(Bytes bytes) {
        return TableUnpacker.decode(bytes, "partition table", TableCodec::body);
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
