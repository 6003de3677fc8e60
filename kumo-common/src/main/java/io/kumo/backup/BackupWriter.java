package io.kumo.backup;

import io.kumo.base.Check;
import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.Deflater;

/**
 * Makes the bytes of a file of a backup: header, the blocks of one partition after the other, footer. One thread at a
 * time.
 */
public final class BackupWriter implements AutoCloseable {
    /** Where the bytes go, one after the other; a KumoException if they can't. */
    @FunctionalInterface
    public interface Sink {
        void write(ByteBuffer bytes);
    }

    /** Entries of a block together, but for one that is larger alone. */
    private static final int BLOCK_BYTES = 256 << 10;

    private final BackupHeader header;
    private final Sink sink;
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final List<BackupPiece> pieces = new ArrayList<>();
    private final MessageDigest digest = BackupFormat.sha256();
    private ByteBuffer buffer = ByteBuffer.allocate(BLOCK_BYTES);
    private long position;
    private int partition = BackupFormat.NO_PARTITION;
    private long beganAt;
    private long entries;
    private long rawBytes;

    public BackupWriter(BackupHeader header, Sink sink) {
        this.header = header;
        this.sink = sink;
        ByteBuffer prefix = ByteBuffer.allocate(BackupFormat.PREFIX_BYTES);
        write(prefix.put(BackupFormat.MAGIC)
                .putShort((short) BackupFormat.VERSION)
                .array());
        ByteBuffer text = ByteBuffer.wrap(header.line().toString().getBytes(StandardCharsets.UTF_8));
        write(BlockCodec.encode(BlockCodec.HEADER, BackupFormat.NO_PARTITION, text, deflater, 0, position));
    }

    /** Bytes so far. */
    public long position() {
        return position;
    }

    /** A partition begins. */
    public void begin(int number) {
        Check.invariant(partition == BackupFormat.NO_PARTITION, "partition %d has not ended", partition);
        partition = number;
        beganAt = position;
        entries = 0;
        rawBytes = 0;
        digest.reset();
        buffer.clear();
    }

    /** Of the partition that began. */
    public void add(LogEntry entry) {
        int length = EntryCodec.lengthOf(entry);
        if (length > buffer.remaining()) {
            flush();
            if (length > buffer.capacity()) {
                buffer = ByteBuffer.allocate(length);
            }
        }
        EntryCodec.encode(entry, buffer);
        entries++;
        rawBytes += length;
    }

    private void flush() {
        if (buffer.position() > 0) {
            byte[] block =
                    BlockCodec.encode(BlockCodec.ENTRIES, partition, buffer.flip(), deflater, header.id(), position);
            digest.update(block);
            write(block);
        }
        buffer = buffer.capacity() > BLOCK_BYTES ? ByteBuffer.allocate(BLOCK_BYTES) : buffer.clear();
    }

    /** The partition is complete: what it was at a moment, or what changed up to then. */
    public BackupPiece end(BackupPoint since, BackupPoint at, String note) {
        flush();
        BackupPiece piece = new BackupPiece(
                partition,
                since,
                at,
                entries,
                rawBytes,
                beganAt,
                position - beganAt,
                BackupFormat.hex(digest.digest()),
                note);
        pieces.add(piece);
        partition = BackupFormat.NO_PARTITION;
        return piece;
    }

    /** The partition that began does not count: the file is to be cut at this offset, where the next one begins. */
    public long abandon() {
        position = beganAt;
        partition = BackupFormat.NO_PARTITION;
        return position;
    }

    /** Writes the footer; nothing may follow. Returns its digest, which stands for that of the whole file. */
    public String finish() {
        Check.invariant(partition == BackupFormat.NO_PARTITION, "partition %d has not ended", partition);
        StringBuilder text = new StringBuilder(header.line().toString()).append('\n');
        pieces.stream()
                .sorted(Comparator.comparingLong(BackupPiece::offset))
                .forEach(piece -> text.append(piece.text()).append('\n'));
        byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
        long offset = position;
        write(BlockCodec.encode(
                BlockCodec.FOOTER,
                BackupFormat.NO_PARTITION,
                ByteBuffer.wrap(content),
                deflater,
                header.id(),
                position));
        ByteBuffer trailer = ByteBuffer.allocate(BackupFormat.TRAILER_BYTES);
        write(trailer.putLong(offset).put(BackupFormat.END_MAGIC).array());
        return BackupFormat.hex(BackupFormat.sha256().digest(content));
    }

    private void write(byte[] bytes) {
        sink.write(ByteBuffer.wrap(bytes));
        position += bytes.length;
    }

    @Override
    public void close() {
        deflater.end();
    }
}
