package io.kumo.ctl.runtime;

import io.kumo.ctl.BackupText;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;

/** {@code kumoctl MANAGER restore}: a backup into a cluster of any size, by normal writes. */
final class RestoreCommand {
    private static final long MS_PER_SEC = 1000;

    private RestoreCommand() {}

    static int run(Invocation run) {
        try (BackupFiles files = BackupFiles.open(run.arguments())) {
            files.checkWhole();
            ProgressLine line = new ProgressLine(run.out());
            long total = files.bytes();
            long entries = files.check(bytes -> {});
            line.end("checked " + BackupText.bytes(total) + ", " + entries + " entries: no damage");
            boolean force = run.options().value(BackupCommands.INTO_NON_EMPTY);
            if (!force && !new ClusterScan(run.client()).isEmpty()) {
                throw new KumoException(
                        ErrorCode.REFUSED,
                        "the cluster has records: restore into an empty one; or, with --into-non-empty, let those of"
                                + " the backup replace those of the same keys while all others stay (that is how to"
                                + " begin again after a restore that was interrupted)");
            }
            String[] result = {""};
            return Announcement.around(
                    run.client(),
                    "restore",
                    String.join(" ", run.arguments()) + (force ? " --" + BackupCommands.INTO_NON_EMPTY.name() : ""),
                    () -> write(run, files, line, result),
                    () -> result[0]);
        }
    }

    private static int write(Invocation run, BackupFiles files, ProgressLine line, String[] result) {
        long beganNs = System.nanoTime();
        long[] refused = {0};
        ClusterWriter writer = new ClusterWriter(run.client(), (tag, why) -> {
            if (refused[0]++ < 1) {
                run.out().println("a record of partition " + tag + " of the backup is refused: " + why);
            }
        });
        long expired = 0;
        long bytes = 0;
        for (int partition = 0; partition < files.partitions(); partition++) {
            for (LogEntry record : BackupFiles.merged(files.chain(partition)).records()) {
                if (record.isExpired(System.currentTimeMillis())) {
                    expired++;
                } else {
                    bytes += record.key().length() + (long) record.value().length();
                    write(writer, record, partition);
                }
            }
            line.showSometimes(BackupText.progress(
                    "partitions", partition + 1L, files.partitions(), bytes, System.nanoTime() - beganNs));
        }
        writer.flush();
        result[0] = "restored " + writer.written() + " records, " + BackupText.bytes(bytes) + ", in "
                + (System.nanoTime() - beganNs) / 1_000_000_000L + " s"
                + (expired > 0 ? "; " + expired + " have expired" : "")
                + (refused[0] > 0 ? "; " + refused[0] + " were refused" : "");
        line.end(result[0]);
        return refused[0] == 0 ? 0 : 1;
    }

    private static void write(ClusterWriter writer, LogEntry record, int partition) {
        writer.set(record.key(), record.flags(), exptime(record), record.value(), partition);
        if (record.has(LogEntry.STALE)) {
            writer.invalidate(record.key(), partition);
        }
    }

    /** Seconds since 1970, never less than the record had; 0 for never. */
    static long exptime(LogEntry record) {
        return (record.expiryMs() + MS_PER_SEC - 1) / MS_PER_SEC;
    }
}
