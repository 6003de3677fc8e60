package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that a manager sees at one moment; made by {@link ReportBook}.
 *
 * @param watchedMs since this manager began to watch: what it has not seen may have been there before
 * @param inView servers in the group's view
 * @param servers those that have reported
 * @param joiningSince the version since which a server has been joining, in its present incarnation, without a break
 * @param complaints of primaries about copies that don't answer
 * @param versionWanted a manager that lost its directory waits for another version, so there has to be one
 */
public record Observations(
        long watchedMs,
        Set<ServerId> inView,
        Map<ServerId, ServerSight> servers,
        Map<CopyKey, Long> joiningSince,
        List<Complaint> complaints,
        boolean versionWanted) {
    /**
     * In the view a server may be silent for so much longer: mostly the group notices sooner that a host is gone. No
     * more, as the group has taken seconds where several members were cut off at once.
     */
    private static final long IN_VIEW_MS = 500;
    /** One in the view that has never reported to this manager may take so long, or three times --fault-after. */
    private static final long STALLED_MS = 10_000;
    /** A live server whose connection broke is back within this time. */
    private static final long RECONNECT_MS = 200;

    private static final long RECONNECT_IN_VIEW_MS = 500;
    /** Servers that were started together with this manager need this time. */
    private static final long START_GRACE_MS = 7_000;
    /** Servers report each second. */
    private static final long RECENT_MS = 2_000;

    /** A copy of a partition. */
    public record CopyKey(int partition, ServerId server) {}

    /**
     * A primary says that a copy does not answer.
     *
     * @param incarnation of the primary
     */
    public record Complaint(ServerId primary, long incarnation, CopyReport about, long ageMs) {}

    public Optional<ServerSight> sight(ServerId id) {
        return Optional.ofNullable(servers.get(id));
    }

    /** Whether the server has left and its grace is over. */
    boolean isGone(ServerId id, long faultAfterMs) {
        ServerSight sight = servers.get(id);
        boolean isInView = inView.contains(id);
        if (sight == null) {
            long stalledMs = Math.max(STALLED_MS, 3 * faultAfterMs);
            return watchedMs > START_GRACE_MS + (isInView ? stalledMs : faultAfterMs);
        }
        if (sight.report().stopping()) {
            return true; // it says so itself
        }
        if (sight.isConnected()) {
            return sight.silentMs() > faultAfterMs + (isInView ? IN_VIEW_MS : 0);
        }
        if (sight.isRefused()) {
            return true; // the host is there and the process is not
        }
        return sight.awayMs() > (isInView ? Math.min(RECONNECT_IN_VIEW_MS, faultAfterMs) : RECONNECT_MS);
    }

    /** Whether the server is certainly there. */
    boolean isThere(ServerId id) {
        ServerSight sight = servers.get(id);
        return sight != null && sight.isConnected() && !sight.report().stopping() && sight.silentMs() <= RECENT_MS;
    }

    /** For how long nothing has been seen of it. */
    long missingMs(ServerId id) {
        ServerSight sight = servers.get(id);
        return sight == null ? watchedMs : sight.missingMs();
    }

    /** The latest report, if it comes from that incarnation. */
    Optional<ServerReport> report(ServerId id, long incarnation) {
        return sight(id).map(ServerSight::report).filter(report -> report.incarnation() == incarnation);
    }
}
