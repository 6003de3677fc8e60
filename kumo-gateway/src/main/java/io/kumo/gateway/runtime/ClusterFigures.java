package io.kumo.gateway.runtime;

import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.util.List;

/**
 * What a manager said of the cluster last, for {@code stats}.
 *
 * @param managers that are connected
 * @param leader empty if not known
 * @param copiedRecords of all servers, each copy counted
 * @param records the same, divided by the number of copies
 * @param asOfNs when it was said, monotonic; 0 if never
 */
record ClusterFigures(
        List<String> managers,
        String leader,
        long copiedRecords,
        long copiedBytes,
        long records,
        int underReplicated,
        long asOfNs) {
    static final ClusterFigures NONE = new ClusterFigures(List.of(), "", 0, 0, 0, 0, 0);

    private static final long NS_PER_MS = 1_000_000;

    static ClusterFigures of(StatusResult status, List<String> managers, long nowNs) {
        long records = 0;
        long bytes = 0;
        long copies = 0;
        for (ServerStatus server : status.servers()) {
            records += server.items();
            bytes += server.bytes();
            copies += server.copies();
        }
        String leader = status.managers().stream()
                .filter(ManagerStatus::leader)
                .map(manager -> manager.address().toString())
                .findFirst()
                .orElse("");
        long each = copies == 0 ? 0 : Math.round((double) records * status.partitions() / copies);
        return new ClusterFigures(managers, leader, records, bytes, each, status.underReplicated(), nowNs);
    }

    /** -1 if nobody said anything yet. */
    long ageMs(long nowNs) {
        return asOfNs == 0 ? -1 : (nowNs - asOfNs) / NS_PER_MS;
    }
}
