package io.kumo.ctl;

import java.util.List;
import java.util.Locale;

/**
 * The outcome of a benchmark.
 *
 * @param nanos measured time
 * @param wrong values that are not what was written, and answers that are not the protocol's
 * @param misses keys that are absent though they were written
 */
public record BenchReport(
        BenchPlan plan,
        long nanos,
        long gets,
        long sets,
        long errors,
        long wrong,
        long misses,
        double p50Ms,
        double p99Ms,
        double p999Ms,
        double maxMs,
        List<ProcessUse> processes) {

    /**
     * What one process used meanwhile.
     *
     * @param cpuSeconds user and system time
     */
    public record ProcessUse(String name, long pid, double cpuSeconds, long rssBytes) {}

    public double opsPerSecond() {
        return (gets + sets) / (nanos / 1e9);
    }

    public boolean isClean() {
        return errors == 0 && wrong == 0 && misses == 0;
    }

    /** Several lines, each ended. */
    public String text() {
        StringBuilder out = new StringBuilder(1024);
        out.append(String.format(
                Locale.ROOT,
                "%s  connections %d  depth %d  values %d B  keys %d  reads %.0f %%  zipf %.2f  %.1f s%n",
                plan.target(),
                plan.connectionCount(),
                plan.depth(),
                plan.valueBytes(),
                plan.keyCount(),
                plan.readShare() * 100,
                plan.zipf(),
                nanos / 1e9));
        out.append(String.format(Locale.ROOT, "operations/s  %.0f  (gets %d, sets %d)%n", opsPerSecond(), gets, sets));
        out.append(String.format(
                Locale.ROOT, "latency ms    p50 %.2f  p99 %.2f  p99.9 %.2f  max %.2f%n", p50Ms, p99Ms, p999Ms, maxMs));
        out.append(String.format(Locale.ROOT, "errors %d  wrong values %d  misses %d%n", errors, wrong, misses));
        double all = 0;
        for (ProcessUse use : processes) {
            all += use.cpuSeconds();
            out.append(processLine(use.name() + " " + use.pid(), use.cpuSeconds(), use.rssBytes()));
        }
        if (!processes.isEmpty()) {
            out.append(processLine("all of them", all, -1));
        }
        return out.toString();
    }

    private String processLine(String name, double cpuSeconds, long rssBytes) {
        long operations = Math.max(1, gets + sets);
        return String.format(
                Locale.ROOT,
                "%-26s CPU %6.2f s for 100,000 operations (%.1f us each)%s%n",
                name,
                cpuSeconds * 100_000 / operations,
                cpuSeconds * 1e6 / operations,
                rssBytes < 0 ? "" : "  RSS " + StatusFormatter.bytes(rssBytes));
    }
}
