package io.kumo.table;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What changed from one version of the table to a later one.
 *
 * @param changed servers that are new or different
 * @param removed servers that are gone
 * @param rows that are different
 * @param orders of the later table
 */
public record TableDelta(
        String clusterId,
        long fromVersion,
        long toVersion,
        int replicas,
        boolean autoReplace,
        long plannedMoves,
        List<HostPort> managers,
        List<ServerInfo> changed,
        List<ServerId> removed,
        List<Partition> rows,
        Orders orders) {
    /** Those of the first version; orders came later. */
    private static final int FIELDS = 12;

    public TableDelta {
        managers = List.copyOf(managers);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        rows = List.copyOf(rows);
    }

    /** Of two versions of one cluster's table. */
    public static TableDelta between(ClusterTable from, ClusterTable to) {
        if (!from.clusterId().equals(to.clusterId()) || from.partitionCount() != to.partitionCount()) {
            throw new KumoException(ErrorCode.WRONG_CLUSTER, "tables of two clusters have no difference");
        }
        Collection<ServerInfo> before = from.servers();
        List<ServerInfo> changed =
                to.servers().stream().filter(info -> !before.contains(info)).toList();
        List<ServerId> removed = before.stream()
                .map(ServerInfo::id)
                .filter(id -> to.server(id).isEmpty())
                .toList();
        List<Partition> rows = to.partitions().stream()
                .filter(row -> !row.equals(from.partition(row.id())))
                .toList();
        return new TableDelta(
                to.clusterId(),
                from.version(),
                to.version(),
                to.replicas(),
                to.autoReplace(),
                to.plannedMoves(),
                to.managers(),
                changed,
                removed,
                rows,
                to.orders());
    }

    public boolean fits(ClusterTable table) {
        return table.version() == fromVersion && table.clusterId().equals(clusterId);
    }

    /** The later table; KumoException if {@code table} is not the one that the delta starts from. */
    public ClusterTable applyTo(ClusterTable table) {
        if (!fits(table)) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "a change of table " + clusterId + " version " + fromVersion + " does not fit " + table.clusterId()
                            + " version " + table.version());
        }
        TreeMap<ServerId, ServerInfo> servers = new TreeMap<>();
        table.servers().forEach(info -> servers.put(info.id(), info));
        removed.forEach(servers::remove);
        changed.forEach(info -> servers.put(info.id(), info));
        List<Partition> newRows = new ArrayList<>(table.partitions());
        rows.forEach(row -> newRows.set(row.id(), row));
        return new ClusterTable(
                clusterId,
                toVersion,
                replicas,
                autoReplace,
                plannedMoves,
                managers,
                List.copyOf(servers.values()),
                newRows,
                orders);
    }

    public Bytes encode() {
        return TablePacker.encode(out -> {
            out.fields(FIELDS + 1).put(clusterId).put(fromVersion).put(toVersion);
            out.put(replicas).put(autoReplace).put(plannedMoves);
            out.addresses(managers).servers(changed).ids(removed).named(rows);
            out.fields(rows.size());
            for (Partition row : rows) {
                out.put(row.id());
            }
            out.fields(rows.size());
            for (Partition row : rows) {
                out.row(row);
            }
            out.orders(orders);
        });
    }

    /** The later table; the rest of the bytes is not looked at. Fails as {@link #decode} does. */
    public static TableStamp stamp(Bytes bytes) {
        return TableUnpacker.peek(bytes, "table change", in -> {
            in.open(FIELDS);
            String clusterId = in.text();
            in.int64();
            return new TableStamp(clusterId, in.int64());
        });
    }

    /** KumoException with CORRUPT for bytes that are not a delta. */
    public static TableDelta decode(Bytes bytes) {
        return TableUnpacker.decode(bytes, "table change", TableDelta::body);
    }

    private static TableDelta body(TableUnpacker in) throws IOException {
        int fields = in.open(FIELDS);
        String clusterId = in.text();
        long fromVersion = in.int64();
        long toVersion = in.int64();
        int replicas = in.int32();
        boolean autoReplace = in.bool();
        long plannedMoves = in.int64();
        List<HostPort> managers = in.addresses();
        List<ServerInfo> changed = in.servers();
        List<ServerId> removed = in.ids();
        in.named();
        List<Integer> ids = in.list(TableUnpacker::int32);
        List<Partition> rows = new ArrayList<>(ids.size());
        in.list(each -> rows.add(each.row(ids.get(rows.size()))));
        Orders orders = fields > FIELDS ? in.orders() : Orders.NONE;
        in.skip(Math.max(0, fields - FIELDS - 1));
        return new TableDelta(
                clusterId,
                fromVersion,
                toVersion,
                replicas,
                autoReplace,
                plannedMoves,
                managers,
                changed,
                removed,
                rows,
                orders);
    }
}
