package io.kumo.rpc.runtime;

import io.kumo.base.Check;

/**
 * The bounds of one RPC connection.
 *
 * @param maxFrameBytes a larger frame is refused before it is read
 * @param maxInFlight calls that wait for an answer, and requests that were not answered yet
 * @param maxUnwrittenBytes past it calls are refused with OVERLOADED
 * @param connectTimeoutMs for the connection and its Hello
 * @param stallTimeoutMs a peer that reads nothing for so long while much is unwritten is disconnected
 */
public record RpcLimits(
        int maxFrameBytes, int maxInFlight, int maxUnwrittenBytes, int connectTimeoutMs, int stallTimeoutMs) {
    public static final RpcLimits DEFAULT = new RpcLimits(16 << 20, 16384, 64 << 20, 3_000, 15_000);

    public RpcLimits {
        Check.argument(maxFrameBytes >= 64 && maxFrameBytes <= 1 << 30, "frames of %d bytes", maxFrameBytes);
        Check.argument(maxInFlight >= 1 && maxInFlight <= 1 << 20, "%d calls in flight", maxInFlight);
        Check.argument(maxUnwrittenBytes >= 4096, "%d unwritten bytes", maxUnwrittenBytes);
        Check.argument(connectTimeoutMs > 0 && stallTimeoutMs > 0, "a timeout is not positive");
    }

    public RpcLimits withMaxFrameBytes(int bytes) {
        return new RpcLimits(bytes, maxInFlight, maxUnwrittenBytes, connectTimeoutMs, stallTimeoutMs);
    }

    public RpcLimits withConnectTimeoutMs(int ms) {
        return new RpcLimits(maxFrameBytes, maxInFlight, maxUnwrittenBytes, ms, stallTimeoutMs);
    }
}
