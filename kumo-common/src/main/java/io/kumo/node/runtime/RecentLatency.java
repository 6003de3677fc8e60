package io.kumo.node.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** How long operations took over the last seconds. Its owner calls {@link #tick} once a second, on one thread. */
public final class RecentLatency {
    private final List<Latency> parts;
    private final int seconds;
    private final Deque<Latency.Snapshot> past = new ArrayDeque<>();
    private volatile Latency.Snapshot recent = new Latency.Snapshot();

    /**
     * @param parts histograms that are taken together
     * @param seconds that it looks back
     */
    public RecentLatency(List<Latency> parts, int seconds) {
        this.parts = List.copyOf(parts);
        this.seconds = seconds;
    }

    /** Goes on by a second. */
    public void tick() {
        Latency.Snapshot now = new Latency.Snapshot();
        parts.forEach(now::add);
        past.addLast(now);
        recent = now.minus(past.getFirst());
        if (past.size() > seconds) {
            past.removeFirst();
        }
    }

    /** A duration that this share of the operations did not exceed; 0 if there were none. From any thread. */
    public long quantileUs(double share) {
        Latency.Snapshot known = recent;
        return known.count() == 0 ? 0 : known.quantileNs(share) / 1_000;
    }
}
