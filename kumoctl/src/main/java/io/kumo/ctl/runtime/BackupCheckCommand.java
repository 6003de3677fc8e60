package io.kumo.ctl.runtime;

import io.kumo.backup.BackupManifest;
import io.kumo.backup.BackupReader;
import io.kumo.config.OptionParser;
import io.kumo.ctl.BackupText;
import java.io.PrintStream;
import java.util.List;

/** {@code kumoctl backup-check}: reads backups to their last byte. */
final class BackupCheckCommand {
    static final OptionParser OPTIONS = new OptionParser(
            "kumoctl backup-check",
            "FILE|DIR...",
            "Reads files of backups to their end, and says what is damaged or missing: exit code 1 if anything is.",
            List.of());

    private BackupCheckCommand() {}

    static int run(List<String> words, PrintStream out) {
        try (BackupFiles files = BackupFiles.open(OPTIONS.parse(words).arguments())) {
            long began = System.nanoTime();
            ProgressLine line = new ProgressLine(out);
            long total = files.bytes();
            long entries = files.check(bytes -> {});
            line.end("checked " + BackupText.bytes(total) + " in "
                    + files.readers().size() + " files, " + entries + " entries, "
                    + (System.nanoTime() - began) / 1_000_000 + " ms");
            for (BackupManifest manifest : files.manifests()) {
                out.println(BackupText.line(manifest));
            }
            for (BackupReader reader : files.readers()) {
                out.println("sound: " + reader.name());
            }
        }
        return 0;
    }
}
