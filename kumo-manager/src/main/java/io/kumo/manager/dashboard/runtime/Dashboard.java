package io.kumo.manager.dashboard.runtime;

import io.kumo.base.HostPort;
import io.kumo.manager.dashboard.LoadHistory;
import io.kumo.manager.dashboard.RecentEvents;
import io.kumo.manager.dashboard.RecentEvents.Event;
import io.kumo.manager.dashboard.runtime.ClusterView.ServerFigures;
import io.kumo.manager.leader.LeaderEvent;
import io.kumo.manager.leader.Observations;
import io.kumo.node.runtime.AdminServer;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard of one manager: a page at {@code /}, and the data that it asks for. Fed on the manager's loop, each
 * second; what it shows is made once for all who look. It can change nothing.
 */
public final class Dashboard {
    /** Ten minutes. */
    private static final int SAMPLES = 600;

    private static final int EVENTS = 200;

    private final Clock clock;
    private final String self;
    private final String build;
    private final Supplier<Optional<ClusterTable>> table;
    private final LoadHistory history = new LoadHistory(SAMPLES);
    private final RecentEvents events = new RecentEvents(EVENTS);
    private Optional<HostPort> lastLeader = Optional.empty();
    private volatile @Nullable ClusterView view;
    private volatile @Nullable Rendered cluster;
    private volatile @Nullable Rendered rows;

    /** A text, and what it was made of. */
    private record Rendered(Object source, String text) {}

    /**
     * @param self this manager's address
     * @param table the newest that is known; asked on any thread
     */
    public Dashboard(Clock clock, HostPort self, String build, Supplier<Optional<ClusterTable>> table) {
        this.clock = clock;
        this.self = self.toString();
        this.build = build;
        this.table = table;
    }

    /** Adds the pages. */
    public void serve(AdminServer admin) {
        DashboardPage page = DashboardPage.load();
        admin.page("/", "text/html; charset=utf-8", page.headers(), page::html);
        admin.page("/cluster.json", "application/json", Map.of(), this::clusterJson);
        admin.page("/history.json", "application/json", Map.of(), this::historyJson);
        admin.page("/table.json", "application/json", Map.of(), this::tableJson);
    }

    /** What happened between two tables. */
    public void onEvents(List<LeaderEvent> happened, long version) {
        happened.forEach(event -> events.add(new Event(clock.wallMs(), version, event.kind(), event.text())));
    }

    /** To be called each second. */
    public void refresh(StatusResult status, Observations seen, Optional<HostPort> leader) {
        if (!leader.equals(lastLeader)) {
            lastLeader = leader;
            String text = leader.map(address -> "manager " + address + " leads").orElse("no manager leads");
            events.add(new Event(clock.wallMs(), 0, "leader", text));
        }
        history.sample(seen, clock.monotonicNs() / 1_000_000, clock.wallMs());
        view = new ClusterView(
                clock.wallMs(),
                leader.map(HostPort::toString).orElse(""),
                status,
                figures(seen),
                history.samples(),
                events.events());
    }

    private Map<ServerId, ServerFigures> figures(Observations seen) {
        Map<ServerId, ServerFigures> figures = new HashMap<>();
        seen.servers()
                .forEach((id, sight) -> figures.put(
                        id,
                        new ServerFigures(
                                sight.report().zone(),
                                history.rate(id),
                                sight.report().load().inFlight(),
                                sight.report().load().lag(),
                                sight.silentMs())));
        return figures;
    }

    // --- What is shown. On worker threads. ---

    private String clusterJson() {
        ClusterView now = view;
        if (now == null) {
            return "{}\n";
        }
        Rendered known = cluster;
        if (known == null || known.source() != now) {
            known = new Rendered(now, DashboardJson.cluster(now, self, build));
            cluster = known;
        }
        return known.text();
    }

    private String historyJson() {
        ClusterView now = view;
        return DashboardJson.history(now == null ? List.of() : now.samples());
    }

    private String tableJson() {
        ClusterTable now = table.get().orElse(null);
        if (now == null) {
            return "{}\n";
        }
        Rendered known = rows;
        if (known == null || known.source() != now) {
            known = new Rendered(now, DashboardJson.table(now));
            rows = known;
        }
        return known.text();
    }
}
