package io.kumo.backup;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.table.PartitionHash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A file of a backup. What does not fit is a KumoException CORRUPT that names the file, the offset and the partition;
 * no byte of the file is without a checksum. One thread at a time.
 */
public final class BackupReader {
    /** The bytes of a file. */
    public interface Source {
        /** How messages name it. */
        String name();

        long bytes();

        /** So many bytes, all of which are there; KumoException if they can't be read. */
        ByteBuffer read(long offset, int count);
    }

    private final Source source;
    private final BackupHeader header;
    private final List<BackupPiece> pieces;
    private final String digest;

    private BackupReader(Source source, BackupHeader header, List<BackupPiece> pieces, String digest) {
        this.source = source;
        this.header = header;
        this.pieces = List.copyOf(pieces);
        this.digest = digest;
    }

    /** Reads header and footer, and what they say of each other. */
    public static BackupReader open(Source source) {
        checkPrefix(source);
        long headerAt = BackupFormat.PREFIX_BYTES;
        long[] at = {headerAt};
        try {
            ByteBuffer headerBlock = block(source, headerAt);
            long firstAt = headerAt + headerBlock.remaining();
            BackupHeader header = BackupHeader.of(FieldLine.parse(
                    text(BlockCodec.decode(headerBlock, BlockCodec.HEADER, BackupFormat.NO_PARTITION, 0, headerAt))));
            long footerAt = footerOffset(source, firstAt);
            at[0] = footerAt;
            ByteBuffer footerBlock = block(source, footerAt);
            at[0] = footerAt + footerBlock.remaining();
            if (at[0] + BackupFormat.TRAILER_BYTES != source.bytes()) {
                throw new IllegalArgumentException("bytes that belong to nothing");
            }
            at[0] = footerAt;
            String footer = text(BlockCodec.decode(
                    footerBlock, BlockCodec.FOOTER, BackupFormat.NO_PARTITION, header.id(), footerAt));
            List<BackupPiece> pieces = pieces(footer, header, firstAt, footerAt);
            byte[] content = footer.getBytes(StandardCharsets.UTF_8);
            String digest = BackupFormat.hex(BackupFormat.sha256().digest(content));
            return new BackupReader(source, header, pieces, digest);
        } catch (IllegalArgumentException e) {
            throw damaged(source, at[0], "", e);
        }
    }

    private static void checkPrefix(Source source) {
        long least = (long) BackupFormat.PREFIX_BYTES + BackupFormat.TRAILER_BYTES;
        if (source.bytes() < least) {
            throw new KumoException(
                    ErrorCode.CORRUPT, source.name() + ": " + source.bytes() + " bytes are no file of a backup");
        }
        ByteBuffer prefix = source.read(0, BackupFormat.PREFIX_BYTES);
        byte[] magic = new byte[BackupFormat.MAGIC.length];
        prefix.get(magic);
        if (!Arrays.equals(magic, BackupFormat.MAGIC)) {
            throw new KumoException(ErrorCode.CORRUPT, source.name() + ": offset 0: this is no file of a backup");
        }
        int version = prefix.getShort() & 0xffff;
        if (version != BackupFormat.VERSION) {
            throw BackupFormat.newer(source.name(), version);
        }
    }

    private static long footerOffset(Source source, long least) {
        long trailerAt = source.bytes() - BackupFormat.TRAILER_BYTES;
        ByteBuffer trailer = source.read(trailerAt, BackupFormat.TRAILER_BYTES);
        long offset = trailer.getLong();
        byte[] magic = new byte[BackupFormat.END_MAGIC.length];
        trailer.get(magic);
        if (!Arrays.equals(magic, BackupFormat.END_MAGIC) || offset < least || offset >= trailerAt) {
            throw new KumoException(
                    ErrorCode.CORRUPT, source.name() + ": offset " + trailerAt + ": its end is missing or damaged");
        }
        return offset;
    }

    private static List<BackupPiece> pieces(String footer, BackupHeader header, long firstAt, long footerAt) {
        String[] lines = footer.split("\n");
        if (!BackupHeader.of(FieldLine.parse(lines[0])).equals(header)) {
            throw new IllegalArgumentException("the footer is that of another file");
        }
        List<BackupPiece> pieces = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        long next = firstAt;
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            BackupPiece piece = BackupPiece.parse(line);
            boolean fits = piece.offset() == next
                    && piece.storedBytes() >= 0
                    && piece.partition() >= 0
                    && piece.partition() < header.partitions()
                    && seen.add(piece.partition());
            if (!fits) {
                throw new IllegalArgumentException("partition " + piece.partition() + " is out of place");
            }
            pieces.add(piece);
            next += piece.storedBytes();
        }
        if (next != footerAt) {
            throw new IllegalArgumentException("bytes that belong to nothing");
        }
        return pieces;
    }

    /** A whole block, as it is. */
    private static ByteBuffer block(Source source, long offset) {
        long available = source.bytes() - offset;
        int headerBytes = (int) Math.min(BlockCodec.HEADER_BYTES, available);
        int length = BlockCodec.lengthOf(source.read(offset, headerBytes), available);
        return source.read(offset, length);
    }

    private static String text(ByteBuffer content) {
        return StandardCharsets.UTF_8.decode(content).toString();
    }

    private static KumoException damaged(Source source, long offset, String partition, IllegalArgumentException why) {
        return new KumoException(
                ErrorCode.CORRUPT,
                source.name() + ": offset " + offset + partition + ": damaged: " + why.getMessage(),
                why);
    }

    /** How messages name the file. */
    public String name() {
        return source.name();
    }

    public long bytes() {
        return source.bytes();
    }

    public BackupHeader header() {
        return header;
    }

    /** In the order of the file. */
    public List<BackupPiece> pieces() {
        return pieces;
    }

    /** Of the footer, which has those of all pieces. */
    public String digest() {
        return digest;
    }

    /** All entries of a piece of this file, in its order. What comes before an exception is not to be used. */
    public void entries(BackupPiece piece, Consumer<LogEntry> each) {
        long end = piece.offset() + piece.storedBytes();
        long offset = piece.offset();
        long count = 0;
        MessageDigest sha = BackupFormat.sha256();
        try {
            while (offset < end) {
                ByteBuffer block = block(source, offset);
                if (offset + block.remaining() > end) {
                    throw new IllegalArgumentException("a block is longer than its partition");
                }
                sha.update(block.duplicate());
                int length = block.remaining();
                ByteBuffer content =
                        BlockCodec.decode(block, BlockCodec.ENTRIES, piece.partition(), header.id(), offset);
                while (content.hasRemaining()) {
                    LogEntry entry = EntryCodec.decode(content);
                    checkPlace(piece, entry);
                    each.accept(entry);
                    count++;
                }
                offset += length;
            }
            offset = piece.offset();
            if (count != piece.entries() || !BackupFormat.hex(sha.digest()).equals(piece.digest())) {
                throw new IllegalArgumentException(count + " entries, not the " + piece.entries() + " of the footer");
            }
        } catch (IllegalArgumentException e) {
            throw damaged(source, offset, " (partition " + piece.partition() + ")", e);
        }
    }

    private void checkPlace(BackupPiece piece, LogEntry entry) {
        Bytes key = entry.key();
        boolean fits = entry.kind() == EntryKind.FLUSH
                || PartitionHash.partitionOf(key, header.partitions()) == piece.partition();
        if (!fits) {
            throw new IllegalArgumentException("key '" + key.toUtf8() + "' is not of this partition");
        }
    }

    /** Reads all of it, and returns how many entries there are. */
    public long check() {
        long[] count = {0};
        for (BackupPiece piece : pieces) {
            entries(piece, entry -> count[0]++);
        }
        return count[0];
    }
}
