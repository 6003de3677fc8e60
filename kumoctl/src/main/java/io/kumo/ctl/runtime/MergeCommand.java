package io.kumo.ctl.runtime;

import io.kumo.backup.BackupChain.Part;
import io.kumo.backup.BackupFormat;
import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupReader;
import io.kumo.backup.BackupWriter;
import io.kumo.backup.PartitionMerge;
import io.kumo.backup.runtime.FileSink;
import io.kumo.config.OptionParser;
import io.kumo.config.UsageException;
import io.kumo.ctl.BackupText;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;

/** {@code kumoctl merge}, kumofs's kumomergedb: makes one file of those of several servers and backups. */
final class MergeCommand {
    static final OptionParser OPTIONS = new OptionParser(
            "kumoctl merge",
            "DST FILE|DIR...",
            "Makes one file of those of several servers, and of a backup and those that continue it. The newest"
                    + " record of each key wins. Needs no cluster.",
            List.of());

    private MergeCommand() {}

    static int run(List<String> words, PrintStream out) {
        List<String> arguments = OPTIONS.parse(words).arguments();
        if (arguments.size() < 2) {
            throw new UsageException("kumoctl merge: name the new file, and what it is made of (see --help)");
        }
        Path target = Path.of(arguments.get(0));
        if (Files.exists(target)) {
            throw new KumoException(ErrorCode.REFUSED, target + " is there: choose another name, or delete it");
        }
        try (BackupFiles files = BackupFiles.open(arguments.subList(1, arguments.size()))) {
            files.check(bytes -> {});
            long entries = write(files, target);
            out.println("merged " + files.readers().size() + " files into " + target + ": " + entries + " entries, "
                    + BackupText.bytes(target.toFile().length()));
        }
        return 0;
    }

    private static long write(BackupFiles files, Path target) {
        Path made = target.resolveSibling(target.getFileName() + ".new");
        try {
            long entries = 0;
            Files.deleteIfExists(made);
            try (FileSink sink = FileSink.create(made);
                    BackupWriter writer = new BackupWriter(header(files, target), sink)) {
                for (int partition = 0; partition < files.partitions(); partition++) {
                    entries += write(files.chain(partition), partition, writer);
                }
                writer.finish();
                sink.sync();
            }
            Files.move(made, target);
            return entries;
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "can't write " + target + ": " + e.getMessage(), e);
        } finally {
            made.toFile().delete(); // there only if it failed
        }
    }

    private static long write(List<Part> chain, int partition, BackupWriter writer) {
        if (chain.isEmpty()) {
            return 0;
        }
        BackupPiece first = chain.get(0).piece();
        PartitionMerge merge = BackupFiles.merged(chain);
        List<LogEntry> entries = first.isWhole() ? merge.records() : merge.changes();
        writer.begin(partition);
        entries.forEach(writer::add);
        writer.end(first.since(), chain.get(chain.size() - 1).piece().at(), first.note());
        return entries.size();
    }

    private static BackupHeader header(BackupFiles files, Path target) {
        BackupHeader newest = files.readers().stream()
                .map(BackupReader::header)
                .max(Comparator.comparingLong(BackupHeader::timeMs))
                .orElseThrow();
        String name = String.valueOf(target.getFileName()).replace(BackupFormat.SUFFIX, "");
        return new BackupHeader(
                BackupHeader.isName(name) ? name : newest.name(),
                new SecureRandom().nextLong(),
                newest.cluster(),
                BackupHeader.MERGED,
                newest.partitions(),
                newest.tableVersion(),
                newest.timeMs());
    }
}
