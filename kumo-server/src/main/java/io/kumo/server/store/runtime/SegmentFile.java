package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.server.store.LogFrame;
import io.kumo.server.store.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One segment of the log and its sidecar: {@code 0000000000000001.log} and {@code .idx}. A segment begins with a
 * header: magic (8), format (4), its number (8), wall clock in ms when it began (8). One thread writes, others read.
 */
final class SegmentFile {
    static final int HEADER_BYTES = 28;
    static final String SUFFIX = ".log";

    private static final long MAGIC = 0x4b554d4f4c4f4731L; // KUMOLOG1
    private static final int FORMAT = 1;
    private static final int SCAN_BYTES = 256 << 10;

    private final long number;
    private final Path path;
    private final FileChannel channel;
    private final long startWallMs;
    private volatile long bytes;

    private SegmentFile(long number, Path path, FileChannel channel, long startWallMs, long bytes) {
        this.number = number;
        this.path = path;
        this.channel = channel;
        this.startWallMs = startWallMs;
        this.bytes = bytes;
    }

    static SegmentFile create(Path directory, long number, long wallMs) throws IOException {
        Path path = pathOf(directory, number);
        FileChannel channel = FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC).putInt(FORMAT).putLong(number).putLong(wallMs).flip();
        try {
            while (header.hasRemaining()) {
                channel.write(header);
            }
        } catch (IOException e) {
            channel.close(); // the disk is full: tried again with the same number
            throw e;
        }
        return new SegmentFile(number, path, channel, wallMs, HEADER_BYTES);
    }

    /** Opens a segment; empty if it has no whole header: it was being created when the process died. */
    static Optional<SegmentFile> open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        readFully(channel, header, 0);
        header.flip();
        if (header.remaining() < HEADER_BYTES || header.getLong(0) != MAGIC) {
            boolean isVoid = header.remaining() < HEADER_BYTES || header.getLong(0) == 0;
            channel.close();
            if (!isVoid) {
                throw new KumoException(ErrorCode.CORRUPT, path + " is not a segment of a log");
            }
            return Optional.empty();
        }
        if (header.getInt(8) > FORMAT) {
            channel.close();
            throw new KumoException(ErrorCode.REFUSED, path + " was written by a newer version of kumo: use that one");
        }
        return Optional.of(new SegmentFile(header.getLong(12), path, channel, header.getLong(20), channel.size()));
    }

    static Path pathOf(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%016d%s", number, SUFFIX));
    }

    long number() {
        return number;
    }

    Path path() {
        return path;
    }

    long startWallMs() {
        return startWallMs;
    }

    /** Bytes that are valid: what is beyond is a torn write. */
    long bytes() {
        return bytes;
    }

    /** Appends all buffers; on failure nothing of them counts, and the next append overwrites what got there. */
    void append(ByteBuffer[] buffers, long total) throws IOException {
        channel.position(bytes);
        long left = total;
        while (left > 0) {
            left -= channel.write(buffers);
        }
        bytes = bytes() + total; // one thread writes
    }

    /** Reads until the buffer is full or the file ends. */
    void read(ByteBuffer into, long position) throws IOException {
        readFully(channel, into, position);
    }

    void force() throws IOException {
        try {
            channel.force(false);
        } catch (ClosedChannelException e) {
            return; // deleted meanwhile: nobody needs it any more
        }
    }

    void cut(long newBytes) throws IOException {
        channel.truncate(newBytes);
        channel.force(true);
        bytes = newBytes;
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new KumoException(ErrorCode.STORE_FAILED, path + ": " + e.getMessage(), e);
        }
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
        Files.deleteIfExists(sidecar());
    }

    private Path sidecar() {
        String name = path.getFileName().toString();
        return path.resolveSibling(name.substring(0, name.length() - SUFFIX.length()) + ".idx");
    }

    /** Writes the sidecar of the sealed segment. A torn one does no harm: it does not fit its checksum. */
    void writeSidecar(SegmentIndex index) throws IOException {
        Path made = sidecar().resolveSibling(sidecar().getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                made, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer content = index.encode(bytes);
            while (content.hasRemaining()) {
                out.write(content);
            }
        }
        Files.move(made, sidecar(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The rows of the sidecar; empty if there is none that fits. */
    Optional<SegmentIndex> readSidecar() throws IOException {
        if (!Files.exists(sidecar())) {
            return Optional.empty();
        }
        try (FileChannel in = FileChannel.open(sidecar(), StandardOpenOption.READ)) {
            ByteBuffer start = ByteBuffer.allocate(64);
            readFully(in, start, 0);
            int end = SegmentIndex.rowsEnd(start.flip());
            if (end < 0 || end > in.size()) {
                return Optional.empty();
            }
            ByteBuffer rows = ByteBuffer.allocate(end);
            readFully(in, rows, 0);
            return SegmentIndex.decodeRows(rows.flip(), bytes);
        }
    }

    /** The index with its locations, from the sidecar; empty if there is none that fits. */
    Optional<SegmentIndex> readWholeSidecar() throws IOException {
        return Files.exists(sidecar())
                ? SegmentIndex.decode(ByteBuffer.wrap(Files.readAllBytes(sidecar())), bytes)
                : Optional.empty();
    }

    /** Locations from the sidecar, {@code count} of them from that position on. */
    long[] readLocations(long position, int count) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(count * 8);
        try (FileChannel sidecar = FileChannel.open(sidecar(), StandardOpenOption.READ)) {
            readFully(sidecar, in, position);
        }
        if (in.hasRemaining()) {
            throw new KumoException(ErrorCode.CORRUPT, sidecar() + " is too short: remove it and start again");
        }
        long[] locations = new long[count];
        in.flip().asLongBuffer().get(locations);
        return locations;
    }

    /** Told of each sound frame; {@code offset} is its place in the file, {@code at} that in the buffer. */
    @FunctionalInterface
    interface FrameVisitor {
        void onFrame(ByteBuffer buffer, int at, int offset, int length);
    }

    /**
     * Visits the sound frames from {@code from} on. Returns the offset of the first one that is not sound; the
     * segment's end if there is none.
     */
    long scan(long from, LogFrame frames, FrameVisitor visitor) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(SCAN_BYTES);
        long base = from; // place in the file of the buffer's first byte
        while (base < bytes) {
            buffer.clear();
            if (bytes - base < buffer.capacity()) {
                buffer.limit((int) (bytes - base));
            }
            read(buffer, base);
            buffer.flip();
            int at = 0;
            int length = LogFrame.frameBytes(buffer, at);
            while (length > 0 && length <= buffer.limit() - at) {
                if (!frames.isSound(buffer, at)) {
                    return base + at;
                }
                visitor.onFrame(buffer, at, (int) (base + at), length);
                at += length;
                length = LogFrame.frameBytes(buffer, at);
            }
            if (length < 0 || base + at + Math.max(length, LogFrame.HEADER_BYTES) > bytes) {
                return base + at;
            }
            if (at == 0) {
                buffer = ByteBuffer.allocate(length + LogFrame.HEADER_BYTES);
            }
            base += at;
        }
        return base;
    }

    /** The first place from {@code from} on where a sound frame begins; -1 if there is none. */
    long nextSound(long from, LogFrame frames) throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(Math.max(0, bytes - from)));
        read(rest, from);
        rest.flip();
        for (int at = 0; at + LogFrame.HEADER_BYTES + LogFrame.FIXED_BYTES <= rest.limit(); at++) {
            if (LogFrame.frameBytes(rest, at) > 0 && frames.isSound(rest, at)) {
                return from + at;
            }
        }
        return -1;
    }

    /** Adds the sound frames from {@code from} on to the index; returns where they end. */
    long scanInto(SegmentIndex index, long from, LogFrame frames) throws IOException {
        return scan(
                from,
                frames,
                (buffer, at, offset, length) -> index.add(
                        LogFrame.partition(buffer, at),
                        Objects.requireNonNull(LogFrame.kind(buffer, at)),
                        LogFrame.epoch(buffer, at),
                        LogFrame.seq(buffer, at),
                        offset,
                        length));
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                return;
            }
            at += count;
        }
    }
}
