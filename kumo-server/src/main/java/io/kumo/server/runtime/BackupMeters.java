package io.kumo.server.runtime;

import io.kumo.backup.BackupManifest;
import io.kumo.backup.runtime.BackupDirectory;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** What monitoring sees of backups as this server wrote them. Written on the control loop, read by whoever scrapes. */
final class BackupMeters {
    private static final double MS_PER_SEC = 1e3;
    private static final double NS_PER_SEC = 1e9;

    private final AtomicLong lastSuccessMs = new AtomicLong();
    private volatile long durationNs;
    private volatile long bytes;
    private volatile long failed;
    private volatile boolean isRunning;

    void register(Metrics metrics) {
        metrics.gauge(Meter.BACKUP_LAST_SUCCESS, () -> lastSuccessMs.get() / MS_PER_SEC);
        metrics.gauge(Meter.BACKUP_DURATION, () -> durationNs / NS_PER_SEC);
        metrics.gauge(Meter.BACKUP_BYTES, () -> bytes);
        metrics.counter(Meter.BACKUPS_FAILED, () -> failed);
        metrics.gauge(Meter.BACKUP_RUNNING, () -> isRunning ? 1 : 0);
    }

    /** When the newest whole backup in that directory was begun, milliseconds since 1970; 0 for none. Blocks. */
    static long newest(Path home) {
        if (!Files.isDirectory(home)) {
            return 0;
        }
        long newest = 0;
        for (BackupDirectory.Found found : BackupDirectory.list(home)) {
            if (found.manifest().length() > 0) {
                newest = Math.max(newest, timeMs(found));
            }
        }
        return newest;
    }

    private static long timeMs(BackupDirectory.Found found) {
        try {
            return BackupManifest.decode(found.path().toString(), found.manifest())
                    .header()
                    .timeMs();
        } catch (KumoException e) {
            return 0; // 'backup --list' says what is wrong with it
        }
    }

    /** From before this process; on any thread. */
    void found(long timeMs) {
        lastSuccessMs.accumulateAndGet(timeMs, Math::max);
    }

    void begun() {
        isRunning = true;
    }

    void succeeded(long timeMs, long tookNs, long writtenBytes) {
        isRunning = false;
        lastSuccessMs.accumulateAndGet(timeMs, Math::max);
        durationNs = tookNs;
        bytes = writtenBytes;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void failed() {
        isRunning = false;
        failed++;
    }
}
