package io.kumo.manager.leader;

import io.kumo.base.HostPort;
import io.kumo.manager.leader.Observations.Complaint;
import io.kumo.manager.leader.Observations.CopyKey;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what servers report to this manager, and since when; every manager keeps one, so that any of them can lead.
 * Fed by the driver, on one thread. The caller brings the time.
 */
public final class ReportBook {
    /** That nobody listens may be noticed shortly before the connection's loss. */
    private static final long REFUSED_BEFORE_MS = 100;

    private long startMs;
    private final Map<ServerId, Entry> entries = new HashMap<>();
    private Map<CopyKey, Joining> joining = new HashMap<>();
    private Set<ServerId> inView = Set.of();
    private long tableVersion;

    private record Joining(long incarnation, long sinceVersion) {}

    private static final class Entry {
        private final Object connection;
        private final long firstMs;
        private ServerReport report;
        private long reportedMs;
        private long closedMs = -1;
        private long refusedMs = -1;
        private Map<CopyReport, Long> complaints = Map.of();

        Entry(Object connection, ServerReport report, long nowMs) {
            this.connection = connection;
            this.report = report;
            this.firstMs = nowMs;
        }
    }

    /** @param nowMs monotonic, as everywhere here */
    public ReportBook(long nowMs) {
        this.startMs = nowMs;
    }

    /**
     * @param connection whatever stands for the connection that it came on; of a server's connections the last counts
     */
    public void onReport(ServerReport report, Object connection, long nowMs) {
        Entry entry = entry(report, connection, nowMs);
        entry.report = report;
        entry.reportedMs = nowMs;
        Map<CopyReport, Long> complaints = new HashMap<>();
        for (CopyReport about : report.unresponsive()) {
            complaints.put(about, entry.complaints.getOrDefault(about, nowMs));
        }
        entry.complaints = complaints;
    }

    private Entry entry(ServerReport report, Object connection, long nowMs) {
        Entry known = entries.get(report.server());
        if (known != null && known.connection == connection) {
            return known;
        }
        boolean isSame = known != null && known.report.incarnation() == report.incarnation();
        Entry fresh = new Entry(connection, report, known != null && isSame ? known.firstMs : nowMs);
        if (known != null && isSame) {
            fresh.complaints = known.complaints;
        }
        entries.put(report.server(), fresh);
        return fresh;
    }

    public void onClosed(ServerId server, Object connection, long nowMs) {
        Entry entry = entries.get(server);
        if (entry != null && entry.connection == connection) {
            entry.closedMs = nowMs;
        }
    }

    /** Nobody listens at that address, where the server was, as far as this process knows. */
    public void onNobodyThere(ServerId server, HostPort address, long nowMs) {
        Entry entry = entries.get(server);
        if (entry != null && entry.report.address().equals(address)) {
            entry.refusedMs = nowMs;
        }
    }

    /** This process stood still for so long: that nothing was heard in the meantime says nothing of the servers. */
    public void onPause(long pausedMs) {
        startMs += pausedMs;
        entries.values().forEach(entry -> entry.reportedMs += pausedMs);
    }

    public void onView(Set<ServerId> servers) {
        inView = Set.copyOf(servers);
    }

    /** Takes every committed table, in order. After a gap nothing is known of who has been joining without a break. */
    public void onTable(ClusterTable table) {
        boolean gapless = table.version() == tableVersion + 1;
        tableVersion = table.version();
        Map<ServerId, Long> incarnations = new HashMap<>();
        for (ServerInfo info : table.servers()) {
            incarnations.put(info.id(), info.incarnation());
        }
        Map<CopyKey, Joining> next = new HashMap<>();
        for (Partition row : table.partitions()) {
            for (ServerId joiner : row.joining()) {
                CopyKey key = new CopyKey(row.id(), joiner);
                long incarnation = incarnations.getOrDefault(joiner, 0L);
                Joining before = gapless ? joining.get(key) : null;
                boolean goesOn = before != null && before.incarnation() == incarnation;
                next.put(key, goesOn ? before : new Joining(incarnation, table.version()));
            }
        }
        joining = next;
    }

    /** The latest report of a server; null if it has not reported. */
    public @Nullable ServerReport latest(ServerId server) {
        Entry entry = entries.get(server);
        return entry == null ? null : entry.report;
    }

    /** Joiners of the newest table. */
    public int joinerCount() {
        return joining.size();
    }

    /** Joiners of the newest table that have everything, as their primaries say. */
    public int joinedCount() {
        int count = 0;
        for (Entry entry : entries.values()) {
            for (CopyReport copy : entry.report.joined()) {
                count += joining.containsKey(new CopyKey(copy.partition(), copy.copy())) ? 1 : 0;
            }
        }
        return count;
    }

    /** Forgets servers that are gone and that the table does not name; others are few and stay. */
    public void forgetStrangers(ClusterTable table, long afterMs, long nowMs) {
        entries.entrySet()
                .removeIf(entry -> entry.getValue().closedMs >= 0
                        && nowMs - entry.getValue().closedMs > afterMs
                        && table.server(entry.getKey()).isEmpty());
    }

    public Observations observe(boolean versionWanted, long nowMs) {
        Map<ServerId, ServerSight> sights = new HashMap<>();
        List<Complaint> complaints = new ArrayList<>();
        entries.forEach((id, entry) -> {
            boolean connected = entry.closedMs < 0;
            sights.put(
                    id,
                    new ServerSight(
                            entry.report,
                            connected,
                            nowMs - entry.reportedMs,
                            connected ? 0 : nowMs - entry.closedMs,
                            nowMs - entry.firstMs,
                            !connected && entry.refusedMs >= entry.closedMs - REFUSED_BEFORE_MS));
            entry.complaints.forEach((about, sinceMs) ->
                    complaints.add(new Complaint(id, entry.report.incarnation(), about, nowMs - sinceMs)));
        });
        Map<CopyKey, Long> since = new HashMap<>();
        joining.forEach((key, known) -> since.put(key, known.sinceVersion()));
        return new Observations(
                nowMs - startMs,
                inView,
                Collections.unmodifiableMap(sights),
                Collections.unmodifiableMap(since),
                List.copyOf(complaints),
                versionWanted);
    }
}
