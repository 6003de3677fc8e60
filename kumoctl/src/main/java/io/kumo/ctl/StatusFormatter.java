package io.kumo.ctl;

import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.util.Locale;
import java.util.function.Predicate;

/** The state of a cluster as text: kumofs's look first (attached node, not attached node), then what it lacks. */
public final class StatusFormatter {
    private static final int BAR_WIDTH = 30;

    private StatusFormatter() {}

    /** Several lines, each ended. */
    public static String text(StatusResult status) {
        StringBuilder out = new StringBuilder(1024);
        out.append("cluster:\n  ").append(status.cluster().isEmpty() ? "not born yet" : status.cluster());
        out.append(String.format(Locale.ROOT, "  table version %d  copies %d%n", status.version(), status.replicas()));
        servers(out, "attached node:", status, server -> !server.state().equals("new"));
        servers(out, "not attached node:", status, server -> server.state().equals("new"));
        out.append("manager:\n");
        for (ManagerStatus manager : status.managers()) {
            out.append("  ").append(manager.address());
            out.append(manager.leader() ? "  (leader)" : manager.alive() ? "  (standby)" : "  (fault)");
            out.append('\n');
        }
        out.append(String.format(
                Locale.ROOT,
                "partitions:%n  %d in all, %d under-replicated, %d down",
                status.partitions(),
                status.underReplicated(),
                status.down()));
        out.append(status.damaged() == 0 ? "\n" : ", " + status.damaged() + " damaged copies are being mended\n");
        out.append("auto replace:\n  ")
                .append(status.autoReplace() ? "enabled" : "disabled")
                .append('\n');
        out.append("rebalance:\n  ").append(progress(status));
        out.append(status.paused() ? "  (paused: 'kumoctl MANAGER resume-rebalance' lets it go on)\n" : "\n");
        return out.toString();
    }

    private static void servers(StringBuilder out, String title, StatusResult status, Predicate<ServerStatus> which) {
        out.append(title).append('\n');
        for (ServerStatus server : status.servers()) {
            if (which.test(server)) {
                out.append("  ").append(server.address());
                if (!server.state().equals("new")) {
                    out.append(String.format(
                            Locale.ROOT,
                            "  (%s)  primaries %d  copies %d  items %d  %s",
                            server.state(),
                            server.primaries(),
                            server.copies(),
                            server.items(),
                            bytes(server.bytes())));
                    out.append(server.damaged() == 0 ? "" : "  damaged copies " + server.damaged());
                }
                out.append("  ").append(server.id()).append('\n');
            }
        }
    }

    /** {@link #progress(RebalanceStatus)}, and what it can't get on with. */
    public static String progress(StatusResult status) {
        String moves = progress(status.rebalance());
        return status.down() == 0 || !status.rebalance().running()
                ? moves
                : moves + "  " + status.down()
                        + " partitions are down and can't move: 'kumoctl MANAGER doctor' says why";
    }

    /** One line without its end: a bar with rate and time left while something moves. */
    static String progress(RebalanceStatus rebalance) {
        if (!rebalance.running()) {
            return "not running";
        }
        long total = Math.max(rebalance.movesTotal(), Math.max(rebalance.movesDone(), 1));
        double done = (double) rebalance.movesDone() / total;
        int filled = (int) (done * BAR_WIDTH);
        String left = rebalance.etaSec() < 0 ? "unknown" : duration(rebalance.etaSec());
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %d of %d moves  %s copied  %s/s  time left %s",
                "#".repeat(filled),
                ".".repeat(BAR_WIDTH - filled),
                done * 100,
                rebalance.movesDone(),
                total,
                bytes(rebalance.bytesDone()),
                bytes(rebalance.bytesPerSec()),
                left);
    }

    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }

    static String bytes(long count) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double value = count;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
