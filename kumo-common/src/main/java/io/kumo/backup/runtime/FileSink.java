package io.kumo.backup.runtime;

import io.kumo.backup.BackupWriter;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A new file that is written from its beginning to its end. */
public final class FileSink implements BackupWriter.Sink, AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private FileSink(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** REFUSED if there is one of that name. */
    public static FileSink create(Path path) {
        try {
            return new FileSink(path, FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    public Path path() {
        return path;
    }

    @Override
    public void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** What is beyond that offset goes. */
    public void cut(long offset) {
        try {
            channel.truncate(offset);
            channel.position(offset);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** What was written survives a power cut. */
    public void sync() {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** Bytes that the file's disk has left for us. */
    public long usableBytes() {
        try {
            return Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    static KumoException failure(Path path, IOException e) {
        if (NoSpace.isCauseOf(e)) {
            return new KumoException(
                    ErrorCode.DISK_FULL, "the disk of " + path + " is full: free space, or write elsewhere", e);
        }
        return new KumoException(ErrorCode.REFUSED, "can't write " + path + ": " + BackupDirectory.reason(e), e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure(path, e);
        }
    }
}
