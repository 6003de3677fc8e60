package io.kumo.ctl.runtime;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The lines of a file that may still grow, be cut, or be moved away and followed by a new one. */
final class LogSource implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 20;

    private final @Nullable Path path;
    private final boolean isGrowing;
    private InputStream in;
    private @Nullable Object fileKey;
    private long readBytes;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    private LogSource(@Nullable Path path, InputStream in, boolean isGrowing) {
        this.path = path;
        this.in = in;
        this.isGrowing = isGrowing;
    }

    static LogSource ofInput() {
        return new LogSource(null, new BufferedInputStream(System.in), false);
    }

    /** @param isGrowing the last line may not be whole yet */
    static LogSource ofFile(Path path, boolean isGrowing) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        LogSource source = new LogSource(path, new BufferedInputStream(Files.newInputStream(path)), isGrowing);
        source.fileKey = keyOf(path);
        return source;
    }

    private static @Nullable Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** The next line without its end; null if there is none that is whole. A line of over 1 MiB is cut there. */
    @Nullable
    String line() throws IOException {
        for (int read = in.read(); read >= 0; read = in.read()) {
            readBytes++;
            if (read == '\n') {
                return taken();
            }
            if (begun.size() < MOST_BYTES) {
                begun.write(read);
            }
        }
        if (!isGrowing && begun.size() > 0) {
            return taken();
        }
        return null;
    }

    private String taken() {
        String line = begun.toString(StandardCharsets.UTF_8);
        begun.reset();
        return line;
    }

    /** To be called at the end of the file: goes on in the one that has its name now, if that is another one. */
    void turnToNewFile() throws IOException {
        if (path == null || !Files.exists(path)) {
            return; // moved, and the new one is not there yet
        }
        Object key = keyOf(path);
        boolean isCut = Files.size(path) < readBytes;
        if (!Objects.equals(key, fileKey) || isCut) {
            in.close();
            in = new BufferedInputStream(Files.newInputStream(path));
            fileKey = key;
            readBytes = 0;
            begun.reset();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
