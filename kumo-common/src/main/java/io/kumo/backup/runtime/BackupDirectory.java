package io.kumo.backup.runtime;

import io.kumo.backup.BackupFormat;
import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one backup: files of entries, and the manifest once it is whole. Several servers may write into the
 * same one. Blocks.
 */
public final class BackupDirectory {
    /** Says which run is writing here; goes when the backup is whole. */
    private static final String UNFINISHED = "unfinished";

    private static final int MOST_LISTED = 1000;

    private final Path path;
    private final long id;

    private BackupDirectory(Path path, long id) {
        this.path = path;
        this.id = id;
    }

    /** Made, or joined if this very run made it; REFUSED with what is wrong. The parent must be there. */
    public static BackupDirectory begin(Path parent, String name, long id) {
        if (!BackupHeader.isName(name)) {
            throw refused("'" + name + "' is no name for a backup: " + BackupHeader.NAME_RULE, null);
        }
        if (!Files.isDirectory(parent)) {
            throw refused(parent + " is no directory: make it, or give another one", null);
        }
        Path path = parent.resolve(name);
        BackupDirectory made = new BackupDirectory(path, id);
        try {
            Files.createDirectories(path);
            made.mark();
        } catch (IOException e) {
            throw refused("can't write in " + parent + ": " + reason(e), e);
        }
        return made;
    }

    private void mark() throws IOException {
        if (Files.exists(path.resolve(BackupManifest.NAME))) {
            throw refused(path + ": there is a backup of that name: choose another one, or delete that one", null);
        }
        Path mark = path.resolve(UNFINISHED);
        String text = Long.toHexString(id) + "\n";
        try {
            if (isEmpty()) {
                Files.writeString(mark, text, StandardOpenOption.CREATE_NEW);
            }
        } catch (FileAlreadyExistsException e) {
            // another server of this run, as shows next
        }
        if (!Files.exists(mark) || !Files.readString(mark).equals(text)) {
            throw refused(
                    path + ": there is an unfinished backup of that name, or something else: choose another name, or"
                            + " delete it with 'backup --delete'",
                    null);
        }
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    public Path path() {
        return path;
    }

    /** Name of the file of a server. */
    public static String fileName(String server) {
        return server + BackupFormat.SUFFIX;
    }

    /** The backup is whole from here on. */
    public void finish(Bytes manifest) {
        Path target = path.resolve(BackupManifest.NAME);
        Path made = path.resolve(BackupManifest.NAME + "." + Long.toHexString(System.nanoTime()) + ".new");
        try {
            try (FileSink sink = FileSink.create(made)) {
                sink.write(ByteBuffer.wrap(manifest.toArray()));
                sink.sync();
            }
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            deleteUnlisted(BackupManifest.decode(target.toString(), manifest));
            Files.deleteIfExists(path.resolve(UNFINISHED));
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw FileSink.failure(target, e);
        }
    }

    /** What a server left that died while it wrote into the same directory. */
    private void deleteUnlisted(BackupManifest manifest) throws IOException {
        Set<String> listed =
                manifest.files().stream().map(BackupManifest.File::name).collect(Collectors.toSet());
        for (Path file : files(path)) {
            if (nameOf(file).endsWith(BackupFormat.SUFFIX) && !listed.contains(nameOf(file))) {
                Files.deleteIfExists(file);
            }
        }
    }

    /**
     * Deletes the file of a server, and the directory with the last one; whether it did. Not of a backup that is whole:
     * what of it is not needed has gone.
     */
    public boolean withdraw(String server) {
        try {
            if (Files.exists(path.resolve(BackupManifest.NAME))) {
                return false;
            }
            boolean existed = Files.deleteIfExists(path.resolve(fileName(server)));
            List<Path> left = files(path);
            if (left.stream().allMatch(file -> nameOf(file).equals(UNFINISHED))) {
                Files.deleteIfExists(path.resolve(UNFINISHED));
                Files.deleteIfExists(path);
            }
            return existed;
        } catch (NoSuchFileException | DirectoryNotEmptyException e) {
            return false; // another server deletes it, or begins anew
        } catch (IOException e) {
            throw refused("can't delete " + path + ": " + reason(e), e);
        }
    }

    /** Whether there was one; only what backups are made of is deleted. */
    public static boolean delete(Path parent, String name) {
        Path path = parent.resolve(name);
        if (!BackupHeader.isName(name) || !Files.isDirectory(path)) {
            return false;
        }
        try {
            List<Path> files = files(path);
            boolean isOurs = files.stream().allMatch(file -> isOurs(nameOf(file)));
            if (!isOurs) {
                throw refused(path + " has files that are no backup's: look, and delete it by hand", null);
            }
            Files.deleteIfExists(path.resolve(BackupManifest.NAME)); // first: what is left is not whole
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
            return true;
        } catch (IOException e) {
            throw refused("can't delete " + path + ": " + reason(e), e);
        }
    }

    private static boolean isOurs(String name) {
        return name.endsWith(BackupFormat.SUFFIX)
                || name.equals(UNFINISHED)
                || name.equals(BackupManifest.NAME)
                || (name.startsWith(BackupManifest.NAME + ".") && name.endsWith(".new"));
    }

    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().limit(MOST_LISTED).toList();
        }
    }

    private static String nameOf(Path path) {
        return String.valueOf(path.getFileName());
    }

    /**
     * A backup that was found.
     *
     * @param manifest as it is in its file; empty if it is not whole
     * @param bytes of all files in its directory
     */
    public record Found(String name, Path path, Bytes manifest, long bytes) {}

    /** Backups in that directory, by name; none if it is not there. */
    public static List<Found> list(Path parent) {
        List<Found> found = new ArrayList<>();
        if (!Files.isDirectory(parent)) {
            return found;
        }
        try {
            for (Path path : files(parent)) {
                boolean isBackup = Files.isDirectory(path)
                        && (Files.exists(path.resolve(BackupManifest.NAME)) || Files.exists(path.resolve(UNFINISHED)));
                if (isBackup) {
                    found.add(new Found(nameOf(path), path, manifest(path), bytes(path)));
                }
            }
        } catch (IOException e) {
            throw refused("can't read " + parent + ": " + reason(e), e);
        }
        return found;
    }

    private static long bytes(Path path) throws IOException {
        long bytes = 0;
        for (Path file : files(path)) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /** The manifest in a directory; empty if there is none. */
    public static Bytes manifest(Path path) {
        Path file = path.resolve(BackupManifest.NAME);
        try {
            return Files.exists(file) ? Bytes.wrap(Files.readAllBytes(file)) : Bytes.EMPTY;
        } catch (IOException e) {
            throw refused("can't read " + file + ": " + reason(e), e);
        }
    }

    private static KumoException refused(String text, @Nullable Exception cause) {
        return cause == null
                ? new KumoException(ErrorCode.REFUSED, text)
                : new KumoException(ErrorCode.REFUSED, text, cause);
    }

    /** What the operating system says, without the path, which the text around it has. */
    static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        String message = e.getMessage();
        return message == null ? kind : kind + " " + message;
    }
}
