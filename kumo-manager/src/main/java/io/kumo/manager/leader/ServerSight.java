package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.ServerReport;

/**
 * What a manager sees of a server that has reported to it.
 *
 * @param report the latest
 * @param isConnected its RPC connection to this manager is open
 * @param silentMs since the latest report
 * @param awayMs since its connection was lost; 0 while it is open
 * @param knownMs since this incarnation's first report
 * @param isRefused its connection was lost, and nobody listens at its address
 */
public record ServerSight(
        ServerReport report, boolean isConnected, long silentMs, long awayMs, long knownMs, boolean isRefused) {

    /** For how long nothing has been seen of it. */
    long missingMs() {
        return Math.max(silentMs, awayMs);
    }
}
