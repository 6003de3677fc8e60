package io.kumo.node.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.Figure;
import io.kumo.time.Clock;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Gathers what a process answers to {@code Stat}. What every daemon has is in it from the start. */
public final class Figures {
    private final Map<Figure, Object> values = new EnumMap<>(Figure.class);

    private Figures() {}

    /** Figures of this process; the caller adds those of its role. */
    public static Figures of(Clock clock, String build, Optional<HostPort> http) {
        Figures figures = new Figures();
        long nowMs = clock.wallMs();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return figures.with(Figure.PID, ProcessHandle.current().pid())
                .with(Figure.UPTIME, ManagementFactory.getRuntimeMXBean().getUptime() / 1000)
                .with(Figure.TIME, nowMs / 1000)
                .with(Figure.TIME_MS, nowMs)
                .with(Figure.VERSION, build)
                .with(Figure.HTTP, http.map(HostPort::toString).orElse("off"))
                .with(Figure.HEAP_MAX_BYTES, heap.getMax())
                .with(Figure.HEAP_USED_BYTES, heap.getUsed())
                .with(Figure.HEAP_LIVE_BYTES, liveBytes());
    }

    /** What the collectors left: the only figure that says whether a heap is too small. */
    private static long liveBytes() {
        long live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            live += left == null ? 0 : left.getUsed();
        }
        return live;
    }

    public Figures with(Figure figure, Object value) {
        values.put(figure, value);
        return this;
    }

    /**
     * The answer.
     *
     * @param name of one figure; empty for all
     */
    public StatResult result(String name) {
        return new StatResult(values.entrySet().stream()
                .filter(entry -> name.isEmpty() || name.equals(entry.getKey().word()))
                .map(entry -> new StatEntry(entry.getKey().word(), String.valueOf(entry.getValue())))
                .toList());
    }
}
