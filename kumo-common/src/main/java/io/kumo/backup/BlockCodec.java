package io.kumo.backup;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A block of a file, big-endian: type (1), partition (4), length of the content (4), as it is stored (4), the stored
 * content, CRC32C (4). The checksum covers the file's id and the block's offset too, so that a sound block in the wrong
 * place, or of another file, is found as well.
 */
final class BlockCodec {
    static final int HEADER_BYTES = 13;
    static final int OVERHEAD_BYTES = HEADER_BYTES + 4;
    static final byte HEADER = 1;
    static final byte ENTRIES = 2;
    static final byte FOOTER = 3;

    /** No content grows by more when it is inflated. */
    private static final long MOST_INFLATION = 1100;

    private static final int SLACK_BYTES = 64;

    private BlockCodec() {}

    /** Deflates where that helps; {@code deflater} is used again. */
    static byte[] encode(byte type, int partition, ByteBuffer content, Deflater deflater, long fileId, long offset) {
        int rawBytes = content.remaining();
        byte[] block = new byte[OVERHEAD_BYTES + rawBytes];
        deflater.reset();
        deflater.setInput(content.duplicate());
        deflater.finish();
        int storedBytes = deflater.deflate(block, HEADER_BYTES, Math.max(0, rawBytes - 1)); // it must become less
        if (!deflater.finished()) {
            storedBytes = rawBytes;
            content.duplicate().get(block, HEADER_BYTES, rawBytes);
        }
        ByteBuffer out = ByteBuffer.wrap(block, 0, OVERHEAD_BYTES + storedBytes);
        out.put(type).putInt(partition).putInt(rawBytes).putInt(storedBytes);
        out.putInt(HEADER_BYTES + storedBytes, checksum(out.array(), HEADER_BYTES + storedBytes, fileId, offset));
        return Arrays.copyOf(block, OVERHEAD_BYTES + storedBytes);
    }

    /** Length of the block that begins so; IllegalArgumentException if {@code available} bytes do not hold it. */
    static int lengthOf(ByteBuffer header, long available) {
        if (header.remaining() < HEADER_BYTES) {
            throw new IllegalArgumentException("a block is cut short");
        }
        int rawBytes = header.getInt(header.position() + 5);
        int storedBytes = header.getInt(header.position() + 9);
        boolean fits = storedBytes >= 0
                && (long) storedBytes + OVERHEAD_BYTES <= Math.min(available, Integer.MAX_VALUE)
                && rawBytes >= storedBytes
                && rawBytes <= storedBytes * MOST_INFLATION + SLACK_BYTES;
        if (!fits) {
            throw new IllegalArgumentException(
                    "a block of " + storedBytes + " bytes, where " + available + " are left");
        }
        return OVERHEAD_BYTES + storedBytes;
    }

    /** The content of a whole block of that type; IllegalArgumentException if it is damaged or another one. */
    static ByteBuffer decode(ByteBuffer block, byte type, int partition, long fileId, long offset) {
        byte[] bytes = new byte[block.remaining()];
        block.get(bytes);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int length = bytes.length - OVERHEAD_BYTES;
        if (in.getInt(HEADER_BYTES + length) != checksum(bytes, HEADER_BYTES + length, fileId, offset)) {
            throw new IllegalArgumentException("a block does not fit its checksum");
        }
        if (in.get(0) != type || in.getInt(1) != partition) {
            throw new IllegalArgumentException("a block of type " + in.get(0) + " of partition " + in.getInt(1)
                    + ", where one of type " + type + " of partition " + partition + " belongs");
        }
        int rawBytes = in.getInt(5);
        return rawBytes == length ? ByteBuffer.wrap(bytes, HEADER_BYTES, length) : inflate(bytes, length, rawBytes);
    }

    private static ByteBuffer inflate(byte[] bytes, int length, int rawBytes) {
        Inflater inflater = new Inflater();
        try {
            byte[] content = new byte[rawBytes];
            inflater.setInput(bytes, HEADER_BYTES, length);
            if (inflater.inflate(content) == rawBytes) {
                return ByteBuffer.wrap(content);
            }
            throw new IllegalArgumentException("a block holds less than it says");
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("a block can't be unpacked", e);
        } finally {
            inflater.end();
        }
    }

    private static int checksum(byte[] block, int length, long fileId, long offset) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(fileId)
                .putLong(offset)
                .flip());
        crc.update(block, 0, length);
        return (int) crc.getValue();
    }
}
