package io.kumo.backup.runtime;

import io.kumo.backup.BackupReader;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of a backup that is read. */
public final class FileSource implements BackupReader.Source, AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final long bytes;

    private FileSource(Path path, FileChannel channel, long bytes) {
        this.path = path;
        this.channel = channel;
        this.bytes = bytes;
    }

    public static FileSource open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new FileSource(path, channel, channel.size());
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public ByteBuffer read(long offset, int count) {
        ByteBuffer content = ByteBuffer.allocate(count);
        try {
            while (content.hasRemaining()) {
                if (channel.read(content, offset + content.position()) < 0) {
                    throw new EOFException("it ends at " + (offset + content.position()));
                }
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        return content.flip();
    }

    private static KumoException unreadable(Path path, IOException e) {
        return new KumoException(ErrorCode.REFUSED, "can't read " + path + ": " + BackupDirectory.reason(e), e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }
}
