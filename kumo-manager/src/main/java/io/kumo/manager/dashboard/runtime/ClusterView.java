package io.kumo.manager.dashboard.runtime;

import io.kumo.manager.dashboard.LoadSample;
import io.kumo.manager.dashboard.RecentEvents.Event;
import io.kumo.manager.dashboard.ServerRate;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Map;

/**
 * What this manager knew of the cluster in one second: all that the dashboard shows but the rows of the table.
 *
 * @param leader address; empty if no manager leads
 * @param servers by id, for those that have reported
 * @param samples the load of the last minutes, oldest first
 * @param events newest first
 */
record ClusterView(
        long timeMs,
        String leader,
        StatusResult status,
        Map<ServerId, ServerFigures> servers,
        List<LoadSample> samples,
        List<Event> events) {

    /**
     * What a server's reports say beside its status.
     *
     * @param silentMs since the latest report
     * @param lag entries that the slowest copy lacks
     */
    record ServerFigures(String zone, ServerRate rate, long inFlight, long lag, long silentMs) {}
}
