package io.kumo.manager.dashboard;

import io.kumo.protocol.LoadMessages.LatencyBucket;
import io.kumo.protocol.LoadMessages.ServerLoad;
import java.util.List;

/**
 * What one server did between two of its reports.
 *
 * @param reads durations of the reads of that time
 * @param writes the same of writes
 */
public record ServerRate(
        double readsPerSec,
        double writesPerSec,
        double errorsPerSec,
        List<LatencyBucket> reads,
        List<LatencyBucket> writes) {
    private static final double P99 = 0.99;

    /** Of a server of which nothing is known yet, or that is silent. */
    public static final ServerRate NONE = new ServerRate(0, 0, 0, List.of(), List.of());

    /** @param elapsedMs more than 0 */
    static ServerRate between(ServerLoad before, ServerLoad now, long elapsedMs) {
        List<LatencyBucket> reads = Durations.since(before.reads(), now.reads());
        List<LatencyBucket> writes = Durations.since(before.writes(), now.writes());
        double perSec = 1_000.0 / elapsedMs;
        return new ServerRate(
                Durations.count(reads) * perSec,
                Durations.count(writes) * perSec,
                Math.max(0, now.errors() - before.errors()) * perSec,
                reads,
                writes);
    }

    /** 0 if there were no reads. */
    public long readP99Us() {
        return Durations.quantileUs(reads, P99);
    }

    /** 0 if there were no writes. */
    public long writeP99Us() {
        return Durations.quantileUs(writes, P99);
    }
}
