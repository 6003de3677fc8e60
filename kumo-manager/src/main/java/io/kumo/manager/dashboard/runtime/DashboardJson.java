package io.kumo.manager.dashboard.runtime;

import io.kumo.manager.dashboard.LoadSample;
import io.kumo.manager.dashboard.RecentEvents.Event;
import io.kumo.manager.dashboard.ServerRate;
import io.kumo.manager.dashboard.runtime.ClusterView.ServerFigures;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The dashboard's data as JSON, for its own page: other programs should ask kumoctl. */
final class DashboardJson {
    /** The page asks each second, and has the rest already. */
    private static final int NEWEST_SAMPLES = 15;

    /** Of a server that has not reported to this manager. */
    private static final ServerFigures SILENT = new ServerFigures("", ServerRate.NONE, 0, 0, -1);

    private DashboardJson() {}

    static String cluster(ClusterView view, String manager, String build) {
        StatusResult status = view.status();
        JsonArray managers = new JsonArray();
        status.managers().forEach(each -> managers.add(json(each)));
        JsonArray servers = new JsonArray();
        status.servers().forEach(each -> servers.add(json(each, view.servers().getOrDefault(each.id(), SILENT))));
        JsonArray events = new JsonArray();
        view.events().forEach(each -> events.add(json(each)));
        List<LoadSample> samples = view.samples();
        return new JsonObject()
                .put("manager", manager)
                .put("build", build)
                .put("timeMs", view.timeMs())
                .put("leader", view.leader())
                .put("cluster", status.cluster())
                .put("version", status.version())
                .put("replicas", status.replicas())
                .put("partitions", status.partitions())
                .put("underReplicated", status.underReplicated())
                .put("down", status.down())
                .put("autoReplace", status.autoReplace())
                .put("paused", status.paused())
                .put("managers", managers)
                .put("servers", servers)
                .put("rebalance", json(status.rebalance()))
                .put("samples", json(samples.subList(Math.max(0, samples.size() - NEWEST_SAMPLES), samples.size())))
                .put("events", events)
                .encode();
    }

    private static JsonObject json(ManagerStatus manager) {
        return new JsonObject()
                .put("address", manager.address().toString())
                .put("leader", manager.leader())
                .put("alive", manager.alive());
    }

    private static JsonObject json(ServerStatus server, ServerFigures figures) {
        return new JsonObject()
                .put("id", server.id().toString())
                .put("address", server.address().toString())
                .put("zone", figures.zone())
                .put("state", server.state())
                .put("primaries", server.primaries())
                .put("copies", server.copies())
                .put("items", server.items())
                .put("bytes", server.bytes())
                .put("readsPerSec", rounded(figures.rate().readsPerSec()))
                .put("writesPerSec", rounded(figures.rate().writesPerSec()))
                .put("errorsPerSec", rounded(figures.rate().errorsPerSec()))
                .put("readP99Us", figures.rate().readP99Us())
                .put("writeP99Us", figures.rate().writeP99Us())
                .put("inFlight", figures.inFlight())
                .put("lag", figures.lag())
                .put("silentMs", figures.silentMs());
    }

    private static JsonObject json(Event event) {
        return new JsonObject()
                .put("timeMs", event.timeMs())
                .put("version", event.version())
                .put("kind", event.kind())
                .put("text", event.text());
    }

    private static JsonObject json(RebalanceStatus rebalance) {
        return new JsonObject()
                .put("running", rebalance.running())
                .put("movesDone", rebalance.movesDone())
                .put("movesTotal", rebalance.movesTotal())
                .put("bytesDone", rebalance.bytesDone())
                .put("bytesPerSec", rebalance.bytesPerSec())
                .put("etaSec", rebalance.etaSec());
    }

    static String history(List<LoadSample> samples) {
        return new JsonObject().put("samples", json(samples)).encode();
    }

    /** Each sample is a list, in the order of its fields. */
    private static JsonArray json(List<LoadSample> samples) {
        JsonArray all = new JsonArray();
        for (LoadSample sample : samples) {
            all.add(new JsonArray()
                    .add(sample.timeMs())
                    .add(rounded(sample.readsPerSec()))
                    .add(rounded(sample.writesPerSec()))
                    .add(rounded(sample.errorsPerSec()))
                    .add(sample.readP50Us())
                    .add(sample.readP99Us())
                    .add(sample.writeP50Us())
                    .add(sample.writeP99Us()));
        }
        return all;
    }

    private static double rounded(double perSec) {
        return Math.round(perSec * 10) / 10.0;
    }

    /** Servers by their place in a list; each row: epoch, in sync with the primary first, joining, target. */
    static String table(ClusterTable table) {
        Map<ServerId, Integer> places = new HashMap<>();
        JsonArray servers = new JsonArray();
        table.servers().forEach(info -> {
            places.put(info.id(), servers.size());
            servers.add(info.id().toString());
        });
        JsonArray rows = new JsonArray();
        for (Partition row : table.partitions()) {
            rows.add(new JsonArray()
                    .add(row.epoch())
                    .add(places(row.inSync(), places))
                    .add(places(row.joining(), places))
                    .add(places(row.target(), places)));
        }
        return new JsonObject()
                .put("version", table.version())
                .put("servers", servers)
                .put("rows", rows)
                .encode();
    }

    private static JsonArray places(List<ServerId> ids, Map<ServerId, Integer> places) {
        JsonArray all = new JsonArray();
        ids.stream().map(places::get).filter(place -> place != null).forEach(all::add);
        return all;
    }
}
