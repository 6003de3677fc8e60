package io.kumo.node.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that holds the process id while the process runs. */
final class PidFile {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

    private final Path path;
    private final long pid;

    private PidFile(Path path, long pid) {
        this.path = path;
        this.pid = pid;
    }

    /**
     * Writes the file at once or not at all; KumoException if it can't, or if another process is in it that runs the
     * same program.
     *
     * @param main the class that such a process has on its command line: an id may be that of a stranger by now
     */
    static PidFile write(String file, String main) {
        Path path = Path.of(file).toAbsolutePath();
        long pid = ProcessHandle.current().pid();
        try {
            long other = read(path);
            if (other > 0 && other != pid && runs(other, main)) {
                throw new KumoException(ErrorCode.REFUSED, "already running as process " + other + ", says " + file);
            }
            Path temporary = path.resolveSibling(path.getFileName() + "." + pid);
            Files.writeString(temporary, pid + "\n");
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot write " + file + ": " + Failures.reason(e), e);
        }
        return new PidFile(path, pid);
    }

    private static boolean runs(long other, String main) throws IOException {
        Path commandLine = Path.of("/proc/" + other + "/cmdline");
        if (Files.isReadable(commandLine)) {
            return Files.readString(commandLine, StandardCharsets.ISO_8859_1).contains(main);
        }
        return ProcessHandle.of(other)
                .flatMap(process -> process.info().commandLine()) // empty for a long one
                .filter(line -> line.contains(main))
                .isPresent();
    }

    /** The process id in the file; 0 if there is none. */
    private static long read(Path path) throws IOException {
        try {
            return Files.exists(path) ? Long.parseLong(Files.readString(path).trim()) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Deletes the file unless another process has taken it. */
    void delete() {
        try {
            if (read(path) == pid) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("cannot delete file={} because={}", path, Failures.reason(e));
        }
    }
}
