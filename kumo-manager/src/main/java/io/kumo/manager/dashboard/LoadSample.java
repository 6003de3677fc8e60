package io.kumo.manager.dashboard;

import io.kumo.protocol.LoadMessages.LatencyBucket;
import java.util.Collection;
import java.util.List;

/**
 * The load of all servers at one moment. Latencies are those at the servers; 0 where there was no operation.
 *
 * @param timeMs by the manager's clock
 * @param errorsPerSec operations that servers answered with an error; gateways send most of them again
 */
public record LoadSample(
        long timeMs,
        double readsPerSec,
        double writesPerSec,
        double errorsPerSec,
        long readP50Us,
        long readP99Us,
        long writeP50Us,
        long writeP99Us) {
    private static final double P50 = 0.5;
    private static final double P99 = 0.99;

    static LoadSample of(long timeMs, Collection<ServerRate> rates) {
        List<LatencyBucket> reads =
                Durations.sum(rates.stream().map(ServerRate::reads).toList());
        List<LatencyBucket> writes =
                Durations.sum(rates.stream().map(ServerRate::writes).toList());
        return new LoadSample(
                timeMs,
                rates.stream().mapToDouble(ServerRate::readsPerSec).sum(),
                rates.stream().mapToDouble(ServerRate::writesPerSec).sum(),
                rates.stream().mapToDouble(ServerRate::errorsPerSec).sum(),
                Durations.quantileUs(reads, P50),
                Durations.quantileUs(reads, P99),
                Durations.quantileUs(writes, P50),
                Durations.quantileUs(writes, P99));
    }
}
