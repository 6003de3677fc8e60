package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A manager's directory: locked while it runs, and marked with the manager's address and the format, so that no other
 * manager votes with these votes.
 */
final class DataDirectory implements AutoCloseable {
    private static final Path SYSTEM = Path.of("/var/lib/kumo-manager");
    private static final String MARK = "manager";
    private static final String FORMAT = "kumo-manager directory, format ";
    private static final int FORMAT_NUMBER = 1;

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Where a manager keeps its data if nobody says so. */
    static Path usual(HostPort address) {
        String name = address.host().replace(':', '_') + "-" + address.port();
        return Files.isWritable(SYSTEM) ? SYSTEM.resolve(name) : Path.of("kumo-manager-" + name);
    }

    /** Makes the directory if there is none; blocks. KumoException with a text for the user for what is in the way. */
    static DataDirectory open(Path path, HostPort address) {
        try {
            Files.createDirectories(path);
            FileChannel lockFile =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                lock(path, lockFile);
                checkMark(path, address);
                return new DataDirectory(path, lockFile);
            } catch (KumoException | IOException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "directory " + path + " can't be used: " + Failures.reason(e) + " (choose another one with --data)",
                    e);
        }
    }

    private static void lock(Path path, FileChannel lockFile) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "directory " + path + " is in use by another manager: stop it, or choose another one with --data");
        }
    }

    private static void checkMark(Path path, HostPort address) throws IOException {
        Path mark = path.resolve(MARK);
        if (!Files.exists(mark)) {
            Path fresh = path.resolve(MARK + ".new");
            Files.write(fresh, List.of(FORMAT + FORMAT_NUMBER, address.toString()));
            try (FileChannel file = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                file.force(true);
            }
            Files.move(fresh, mark, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        List<String> lines = Files.readAllLines(mark);
        if (lines.size() < 2 || !lines.get(0).startsWith(FORMAT)) {
            throw new KumoException(
                    ErrorCode.CORRUPT, "file " + mark + " is not of a manager: choose another directory with --data");
        }
        if (!lines.get(0).equals(FORMAT + FORMAT_NUMBER)) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "directory " + path + " was written by a newer version (" + lines.get(0) + "): use that one");
        }
        if (!lines.get(1).equals(address.toString())) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "directory " + path + " is of the manager " + lines.get(1) + ", not of " + address
                            + ": use its address with -l, or choose another directory with --data");
        }
    }

    Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
