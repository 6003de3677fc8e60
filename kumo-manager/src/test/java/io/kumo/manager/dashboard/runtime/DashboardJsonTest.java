package io.kumo.manager.dashboard.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.manager.dashboard.LoadSample;
import io.kumo.manager.dashboard.RecentEvents;
import io.kumo.manager.dashboard.RecentEvents.Event;
import io.kumo.manager.leader.ClusterStatus;
import io.kumo.manager.leader.ReportBook;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DashboardJsonTest {
    private static final ServerId A = new ServerId(11);
    private static final ServerId B = new ServerId(12);
    private static final ServerId GONE = new ServerId(13);

    private final ClusterTable born =
            ClusterTable.birth("0123456789abcdef", 2, 2, List.of(new HostPort("mgr1", 19700)));

    @Test
    void rowsNameServersByTheirPlace() {
        ServerInfo a = new ServerInfo(A, new HostPort("a", 19800), 1, "", ServerState.ATTACHED, true);
        ServerInfo b = new ServerInfo(B, new HostPort("b", 19800), 1, "", ServerState.ATTACHED, true);
        ClusterTable table = born.next(
                List.of(a, b),
                List.of(
                        new Partition(0, 7, List.of(B), List.of(A), List.of(A, B)),
                        new Partition(1, 0, List.of(), List.of(), List.of(GONE))));
        JsonObject json = new JsonObject(DashboardJson.table(table));
        assertEquals(2, json.getLong("version"));
        assertEquals(
                List.of(A.toString(), B.toString()),
                json.getJsonArray("servers").getList());
        assertEquals(new JsonArray("[[7,[1],[0],[0,1]],[0,[],[],[]]]"), json.getJsonArray("rows"));
    }

    @Test
    void tellsOfAClusterWithoutATableOrALeader() {
        List<LoadSample> samples = IntStream.range(0, 40)
                .mapToObj(i -> new LoadSample(1_000L * i, 1.26, 0, 0, 5, 6, 0, 0))
                .toList();
        ClusterView view = new ClusterView(
                40_000,
                "",
                ClusterStatus.withoutTable(2, 2, List.of(), new ReportBook(0).observe(false, 0)),
                Map.of(),
                samples,
                List.of(new Event(39_000, 0, "leader", "no manager leads")));
        JsonObject json = new JsonObject(DashboardJson.cluster(view, "mgr1:19700", "test"));
        assertEquals("", json.getString("leader"));
        assertEquals(0, json.getLong("version"));
        assertEquals(
                "no manager leads", json.getJsonArray("events").getJsonObject(0).getString("text"));
        JsonArray newest = json.getJsonArray("samples");
        assertTrue(newest.size() < samples.size());
        assertEquals(new JsonArray("[39000,1.3,0.0,0.0,5,6,0,0]"), newest.getJsonArray(newest.size() - 1));
        JsonObject history = new JsonObject(DashboardJson.history(samples));
        assertEquals(samples.size(), history.getJsonArray("samples").size());
    }

    @Test
    void theLatestEventsComeFirstAndOthersGo() {
        RecentEvents events = new RecentEvents(2);
        for (int i = 1; i <= 3; i++) {
            events.add(new Event(i, i, "kind", "text"));
        }
        assertEquals(
                List.of(3L, 2L), events.events().stream().map(Event::version).toList());
    }
}
