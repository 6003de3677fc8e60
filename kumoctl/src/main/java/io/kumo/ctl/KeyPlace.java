package io.kumo.ctl;

import io.kumo.base.Bytes;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.stream.Collectors;

/** Says where a key lives. */
public final class KeyPlace {
    private KeyPlace() {}

    /** One line: key, partition, epoch, primary, other copies in sync, copies that are catching up. */
    public static String text(ClusterTable table, String name, Bytes key) {
        Partition row = table.partition(PartitionHash.partitionOf(key, table.partitionCount()));
        String primary = row.primary().map(id -> address(table, id)).orElse("none");
        List<ServerId> others = row.inSync().stream().skip(1).toList();
        return name + "  partition " + row.id() + "  epoch " + row.epoch() + "  primary " + primary + "  in sync "
                + addresses(table, others) + "  joining " + addresses(table, row.joining());
    }

    private static String addresses(ClusterTable table, List<ServerId> ids) {
        return ids.isEmpty() ? "-" : ids.stream().map(id -> address(table, id)).collect(Collectors.joining(","));
    }

    private static String address(ClusterTable table, ServerId id) {
        return table.server(id).map(info -> info.address().toString()).orElse(id.toString());
    }
}
