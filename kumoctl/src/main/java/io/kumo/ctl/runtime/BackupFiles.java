package io.kumo.ctl.runtime;

import io.kumo.backup.BackupChain;
import io.kumo.backup.BackupChain.Part;
import io.kumo.backup.BackupFormat;
import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupReader;
import io.kumo.backup.PartitionMerge;
import io.kumo.backup.runtime.BackupDirectory;
import io.kumo.backup.runtime.FileSource;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Files of backups of one cluster, opened to be read as one: what they say of each other fits, or it is said which file
 * does not. Directories may be given for what is in them.
 */
final class BackupFiles implements AutoCloseable {
    private static final int MOST_FILES = 10_000;

    private final List<FileSource> sources = new ArrayList<>();
    private final List<BackupReader> readers = new ArrayList<>();
    private final List<BackupManifest> manifests = new ArrayList<>();

    private BackupFiles() {}

    /** Opens all; CORRUPT or REFUSED with the name of what is damaged, missing or not of this cluster. */
    static BackupFiles open(List<String> places) {
        BackupFiles files = new BackupFiles();
        try {
            for (String place : places) {
                Path path = Path.of(place);
                if (Files.isDirectory(path)) {
                    files.addDirectory(path);
                } else {
                    files.addFile(path);
                }
            }
            files.checkTogether();
            files.checkManifests();
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
        return files;
    }

    private void addDirectory(Path path) {
        Bytes manifest = BackupDirectory.manifest(path);
        if (!manifest.isEmpty()) {
            BackupManifest read =
                    BackupManifest.decode(path.resolve(BackupManifest.NAME).toString(), manifest);
            if (!manifests.contains(read)) {
                manifests.add(read);
            }
        }
        List<Path> found;
        try (Stream<Path> list = Files.list(path)) {
            found = list.filter(file -> file.toString().endsWith(BackupFormat.SUFFIX))
                    .sorted()
                    .limit(MOST_FILES)
                    .toList();
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "can't read " + path + ": " + e.getMessage(), e);
        }
        if (found.isEmpty() || manifest.isEmpty()) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    path + " is no whole backup: it has "
                            + (found.isEmpty()
                                    ? "no file *" + BackupFormat.SUFFIX
                                    : "no " + BackupManifest.NAME + "; name its files if you want what they have"));
        }
        found.forEach(this::addFile);
    }

    private void addFile(Path path) {
        FileSource source = FileSource.open(path);
        sources.add(source);
        BackupReader reader = BackupReader.open(source);
        boolean isTwice = readers.stream()
                .anyMatch(other ->
                        other.header().equals(reader.header()) && other.digest().equals(reader.digest()));
        if (!isTwice) {
            readers.add(reader);
        }
    }

    private void checkTogether() {
        if (readers.isEmpty()) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "name files or directories of a backup");
        }
        BackupReader first = readers.get(0);
        for (BackupReader reader : readers) {
            boolean fits = reader.header().cluster().equals(first.header().cluster())
                    && reader.header().partitions() == first.header().partitions();
            if (!fits) {
                throw new KumoException(
                        ErrorCode.REFUSED,
                        reader.name() + " is of cluster " + reader.header().cluster() + " with "
                                + reader.header().partitions() + " partitions, " + first.name() + " of cluster "
                                + first.header().cluster() + " with "
                                + first.header().partitions());
            }
        }
    }

    private void checkManifests() {
        for (BackupManifest manifest : manifests) {
            for (BackupManifest.File file : manifest.files()) {
                BackupReader reader = readers.stream()
                        .filter(other ->
                                other.header().id() == manifest.header().id()
                                        && other.header().server().equals(file.server()))
                        .findFirst()
                        .orElseThrow(() -> new KumoException(
                                ErrorCode.CORRUPT,
                                "backup " + manifest.header().name() + " is not complete: " + file.name()
                                        + " is missing; server " + file.server() + " wrote it"));
                boolean fits = reader.digest().equals(file.digest())
                        && reader.bytes() == file.bytes()
                        && reader.pieces().size() == file.pieces().size();
                if (!fits) {
                    throw new KumoException(
                            ErrorCode.CORRUPT, reader.name() + " is not the file that the manifest means");
                }
            }
        }
    }

    List<BackupReader> readers() {
        return readers;
    }

    List<BackupManifest> manifests() {
        return manifests;
    }

    BackupHeader header() {
        return readers.get(0).header();
    }

    int partitions() {
        return header().partitions();
    }

    long bytes() {
        return readers.stream().mapToLong(BackupReader::bytes).sum();
    }

    /** Reads every byte; returns the number of entries. {@code progress} is told bytes read so far. */
    long check(LongConsumer progress) {
        long entries = 0;
        long bytes = 0;
        for (BackupReader reader : readers) {
            for (BackupPiece piece : reader.pieces()) {
                long[] count = {0};
                reader.entries(piece, entry -> count[0]++);
                entries += count[0];
                bytes += piece.storedBytes();
                progress.accept(bytes);
            }
        }
        return entries;
    }

    /** What makes the newest state of a partition, oldest first; empty if no file has it. */
    List<Part> chain(int partition) {
        List<Part> parts = new ArrayList<>();
        for (BackupReader reader : readers) {
            for (BackupPiece piece : reader.pieces()) {
                if (piece.partition() == partition) {
                    parts.add(new Part(reader, piece));
                }
            }
        }
        return BackupChain.of(parts);
    }

    /** Every partition is there from its first entry on; else REFUSED says which one is not. */
    void checkWhole() {
        for (int partition = 0; partition < partitions(); partition++) {
            List<Part> chain = chain(partition);
            if (chain.isEmpty()) {
                throw new KumoException(
                        ErrorCode.REFUSED,
                        "partition " + partition + " is in none of these files: name the others too");
            }
            Part first = chain.get(0);
            if (!first.piece().isWhole()) {
                throw new KumoException(
                        ErrorCode.REFUSED,
                        first.file().name() + " has only changes of partition " + partition + " since "
                                + first.piece().since() + ": name the older backup that it continues too");
            }
        }
    }

    /** What these pieces leave. */
    static PartitionMerge merged(List<Part> chain) {
        PartitionMerge merge = new PartitionMerge();
        for (Part part : chain) {
            part.file().entries(part.piece(), merge::add);
        }
        return merge;
    }

    @Override
    public void close() {
        sources.forEach(FileSource::close);
    }
}
