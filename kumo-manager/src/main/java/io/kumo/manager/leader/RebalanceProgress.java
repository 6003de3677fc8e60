package io.kumo.manager.leader;

import io.kumo.manager.plan.RebalancePlanner;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.HashMap;
import java.util.Map;

/**
 * How far the rebalancing is, by the table and by the servers' reports. Remembers where it began, for bytes and time
 * left; every manager keeps one. Fed on one thread.
 */
public final class RebalanceProgress {
    private record Begin(long incarnation, long copiedBytes) {}

    private final Map<ServerId, Begin> begins = new HashMap<>();
    private boolean running;
    private long startMs;
    private long startMoves;
    private long total;
    /** By the table; another number means that somebody planned anew. */
    private long planned = -1;

    /** To be called with each new table, and now and then. */
    public RebalanceStatus update(ClusterTable table, Observations seen, long nowMs) {
        long remaining = remaining(table);
        boolean isMoving = ClusterStatus.isMoving(table);
        boolean isPlanned = table.plannedMoves() != planned;
        if (isMoving && (!running || isPlanned)) {
            begins.clear();
            startMs = nowMs;
            startMoves = remaining;
            total = isPlanned ? Math.max(table.plannedMoves(), remaining) : remaining;
        }
        total = Math.max(total, remaining);
        planned = table.plannedMoves();
        running = isMoving;
        long bytes = 0;
        long rate = 0;
        for (ServerSight sight : seen.servers().values()) {
            ServerReport report = sight.report();
            Begin begin = begins.get(report.server());
            if (begin == null || begin.incarnation() != report.incarnation()) {
                begin = new Begin(report.incarnation(), report.copiedBytes());
                begins.put(report.server(), begin);
            }
            bytes += report.copiedBytes() - begin.copiedBytes();
            rate += sight.isConnected() && isMoving ? report.copyBytesPerSec() : 0;
        }
        long done = Math.max(0, total - remaining);
        return new RebalanceStatus(isMoving, done, total, bytes, rate, isMoving ? etaSec(remaining, nowMs) : 0);
    }

    /** Copies that have to be made and primaries that have to move. */
    public static long remaining(ClusterTable table) {
        return table.partitions().stream()
                .mapToLong(RebalancePlanner::remainingMoves)
                .sum();
    }

    private long etaSec(long remaining, long nowMs) {
        long moved = startMoves - remaining;
        return moved <= 0 ? -1 : (nowMs - startMs) * remaining / moved / 1000;
    }
}
