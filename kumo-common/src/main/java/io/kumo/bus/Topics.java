package io.kumo.bus;

import io.kumo.table.ServerId;
import java.util.Optional;

/** The names of what managers publish over MQTT. */
public final class Topics {
    /** Every cluster's full table; for who doesn't know its cluster yet. */
    public static final String ANY_TABLE = "kumo/+/table";

    /** Every cluster's changes. */
    public static final String ANY_DELTA = "kumo/+/table/delta/+";

    private static final String ROOT = "kumo/";

    private Topics() {}

    /** The newest full table as TableCodec writes it; retained. */
    public static String table(String clusterId) {
        return ROOT + clusterId + "/table";
    }

    /** What changed from the version before to {@code version}, as TableDelta writes it; not retained. */
    public static String delta(String clusterId, long version) {
        return ROOT + clusterId + "/table/delta/" + version;
    }

    /** Progress of the rebalancing, JSON; retained. */
    public static String rebalance(String clusterId) {
        return ROOT + clusterId + "/rebalance";
    }

    /** A server's state, JSON; retained. */
    public static String node(String clusterId, ServerId server) {
        return ROOT + clusterId + "/node/" + server;
    }

    /** What happens, JSON; not retained. */
    public static String events(String clusterId) {
        return ROOT + clusterId + "/events";
    }

    /** The cluster of a full table's topic; empty for any other topic. */
    public static Optional<String> clusterOfTable(String topic) {
        String[] levels = topic.split("/", -1);
        return levels.length == 3 && topic.startsWith(ROOT) && levels[2].equals("table")
                ? Optional.of(levels[1])
                : Optional.empty();
    }

    /** The cluster of a delta's topic; empty for any other topic. */
    public static Optional<String> clusterOfDelta(String topic) {
        String[] levels = topic.split("/", -1);
        return levels.length == 5 && topic.startsWith(ROOT) && levels[2].equals("table") && levels[3].equals("delta")
                ? Optional.of(levels[1])
                : Optional.empty();
    }
}
