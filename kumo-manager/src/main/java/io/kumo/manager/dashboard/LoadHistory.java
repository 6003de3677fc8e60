package io.kumo.manager.dashboard;

import io.kumo.manager.leader.Observations;
import io.kumo.manager.leader.ServerSight;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.table.ServerId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The load of the last minutes, from what servers report; every manager keeps one. Sampled each second, on one thread;
 * the caller brings the time.
 */
public final class LoadHistory {
    /** Reports that follow each other more closely say too little of a rate. */
    private static final long SHORTEST_MS = 500;
    /** Of a server that is silent for so long nothing is known. */
    private static final long SILENT_MS = 3_000;

    private record Last(long incarnation, long reportedMs, ServerLoad load, ServerRate rate) {}

    private final int capacity;
    private final Deque<LoadSample> samples = new ArrayDeque<>();
    private final Map<ServerId, Last> servers = new HashMap<>();

    /** @param capacity how many samples are kept */
    public LoadHistory(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Takes a sample.
     *
     * @param nowMs monotonic
     * @param wallMs for people
     */
    public void sample(Observations seen, long nowMs, long wallMs) {
        servers.keySet().retainAll(seen.servers().keySet());
        seen.servers()
                .forEach((id, sight) ->
                        servers.merge(id, first(sight, nowMs), (last, latest) -> next(last, latest, nowMs)));
        if (samples.size() >= capacity) {
            samples.removeFirst();
        }
        samples.addLast(
                LoadSample.of(wallMs, servers.values().stream().map(Last::rate).toList()));
    }

    private static Last first(ServerSight sight, long nowMs) {
        return new Last(
                sight.report().incarnation(),
                nowMs - sight.silentMs(),
                sight.report().load(),
                ServerRate.NONE);
    }

    private static Last next(Last last, Last latest, long nowMs) {
        long elapsedMs = latest.reportedMs() - last.reportedMs();
        if (latest.incarnation() != last.incarnation()) {
            return latest;
        } else if (elapsedMs >= SHORTEST_MS) {
            ServerRate rate = ServerRate.between(last.load(), latest.load(), elapsedMs);
            return new Last(latest.incarnation(), latest.reportedMs(), latest.load(), rate);
        } else if (nowMs - last.reportedMs() > SILENT_MS) {
            return new Last(last.incarnation(), last.reportedMs(), last.load(), ServerRate.NONE);
        }
        return last;
    }

    /** What a server did of late. */
    public ServerRate rate(ServerId server) {
        Last last = servers.get(server);
        return last == null ? ServerRate.NONE : last.rate();
    }

    /** Oldest first. */
    public List<LoadSample> samples() {
        return List.copyOf(samples);
    }
}
