package io.kumo.ctl;

import io.kumo.backup.BackupManifest;
import java.time.Instant;
import java.util.Locale;

/** How backups are printed. Pure. */
public final class BackupText {
    private static final double MB = 1 << 20;
    private static final long NS_PER_SEC = 1_000_000_000L;

    private BackupText() {}

    /** One line while one is written, or read: parts done, bytes, rate, time left. */
    public static String progress(String what, long done, long total, long bytes, long elapsedNs) {
        double seconds = Math.max(1e-3, (double) elapsedNs / NS_PER_SEC);
        String left = done == 0 || done >= total
                ? ""
                : String.format(Locale.ROOT, ", %d s left", Math.round(seconds * (total - done) / done));
        return String.format(
                Locale.ROOT,
                "%d of %d %s, %s, %.1f MB/s%s",
                done,
                total,
                what,
                bytes(bytes),
                bytes / MB / seconds,
                left);
    }

    public static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / MB);
    }

    /** A line of a list. */
    public static String line(BackupManifest manifest) {
        return String.format(
                Locale.ROOT,
                "%s  %s  partitions %d  entries %d  %s in %d files%s",
                manifest.header().name(),
                Instant.ofEpochMilli(manifest.header().timeMs()),
                manifest.header().partitions(),
                manifest.entries(),
                bytes(manifest.bytes()),
                manifest.files().size(),
                manifest.base().isEmpty() ? "" : "  since " + manifest.base());
    }
}
