package io.kumo.server.store;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of an entry in a segment of the log, big-endian: length of the body (4), CRC32C of the body (4), and the
 * body: partition (4), kind (1), write (1), key length (2), epoch, seq, session, counter, settledBelow (8 each), flags
 * (4), expiry (8), key, value. Where the kind has its highest bit set, cas (8) and marks (1) stand before the key. It
 * keeps a checksum object: one instance for each thread.
 */
public final class LogFrame {
    /** Length and checksum. */
    public static final int HEADER_BYTES = 8;
    /** Body without key and value. */
    public static final int FIXED_BYTES = 60;
    /** No body is longer: a length above it is damage, seen before anything is allocated. */
    public static final int BODY_LIMIT_BYTES = 256 << 20;

    /** Cas and marks, of an entry that has others than usual. */
    private static final int MARKS_BYTES = 9;

    private static final int HAS_MARKS = 0x80;
    private static final int KEY_LENGTH_AT = 6;
    private static final int EPOCH_AT = 8;
    private static final int SEQ_AT = 16;

    private final CRC32C crc = new CRC32C();

    /** Bytes that the entry takes in a segment. */
    public static int lengthOf(LogEntry entry) {
        int marks = entry.isPlain() ? 0 : MARKS_BYTES;
        return HEADER_BYTES
                + FIXED_BYTES
                + marks
                + entry.key().length()
                + entry.value().length();
    }

    /** Appends the entry to {@code out}, which has room for {@link #lengthOf} bytes. */
    public void encode(int partition, LogEntry entry, ByteBuffer out) {
        int keyLength = entry.key().length();
        Check.argument(keyLength <= 0xffff, "key of %d bytes", keyLength);
        int body = lengthOf(entry) - HEADER_BYTES;
        Check.argument(body <= BODY_LIMIT_BYTES, "entry of %d bytes", body);
        int start = out.position();
        out.putInt(body).putInt(0);
        boolean plain = entry.isPlain();
        int kind = entry.kind().number() | (plain ? 0 : HAS_MARKS);
        out.putInt(partition).put((byte) kind).put((byte) entry.write());
        out.putShort((short) keyLength);
        out.putLong(entry.epoch()).putLong(entry.seq());
        out.putLong(entry.session()).putLong(entry.counter()).putLong(entry.settledBelow());
        out.putInt(entry.flags()).putLong(entry.expiryMs());
        if (!plain) {
            out.putLong(entry.cas()).put((byte) entry.marks());
        }
        out.put(entry.key().unsafeArray()).put(entry.value().unsafeArray());
        out.putInt(start + 4, checksum(out, start + HEADER_BYTES, body));
    }

    /**
     * Bytes of the frame at {@code at}, which may or may not be whole; -1 if no frame can begin like this, 0 if too
     * little is there to say.
     */
    public static int frameBytes(ByteBuffer in, int at) {
        if (in.limit() - at < HEADER_BYTES) {
            return 0;
        }
        int body = in.getInt(at);
        return body < FIXED_BYTES || body > BODY_LIMIT_BYTES ? -1 : HEADER_BYTES + body;
    }

    /** Whether a whole frame with a fitting checksum is at {@code at}. */
    public boolean isSound(ByteBuffer in, int at) {
        int bytes = frameBytes(in, at);
        if (bytes <= 0 || bytes > in.limit() - at) {
            return false;
        }
        int body = bytes - HEADER_BYTES;
        return in.getInt(at + 4) == checksum(in, at + HEADER_BYTES, body)
                && FIXED_BYTES + marksBytes(in, at) + keyLength(in, at) <= body
                && kind(in, at) != null;
    }

    /** Partition of the frame at {@code at}. */
    public static int partition(ByteBuffer in, int at) {
        return in.getInt(at + HEADER_BYTES);
    }

    /** Kind of the frame's entry, null for one that this version does not know. */
    public static @Nullable EntryKind kind(ByteBuffer in, int at) {
        int number = in.get(at + HEADER_BYTES + 4) & 0x7f;
        return number >= 1 && number <= EntryKind.DROP.number() ? EntryKind.of(number) : null;
    }

    public static long epoch(ByteBuffer in, int at) {
        return in.getLong(at + HEADER_BYTES + EPOCH_AT);
    }

    public static long seq(ByteBuffer in, int at) {
        return in.getLong(at + HEADER_BYTES + SEQ_AT);
    }

    /** The entry of a frame that {@link #isSound}. */
    public static LogEntry decode(ByteBuffer in, int at) {
        int body = in.getInt(at);
        int from = at + HEADER_BYTES;
        int keyLength = keyLength(in, at);
        int keyAt = from + FIXED_BYTES + marksBytes(in, at);
        byte[] key = new byte[keyLength];
        in.get(keyAt, key);
        byte[] value = new byte[from + body - keyAt - keyLength];
        in.get(keyAt + keyLength, value);
        long seq = in.getLong(from + SEQ_AT);
        boolean plain = keyAt == from + FIXED_BYTES;
        return new LogEntry(
                EntryKind.of(in.get(from + 4) & 0x7f),
                in.getLong(from + EPOCH_AT),
                seq,
                in.getLong(from + 24),
                in.getLong(from + 32),
                in.getLong(from + 40),
                in.get(from + 5),
                Bytes.wrap(key),
                in.getInt(from + 48),
                in.getLong(from + 52),
                Bytes.wrap(value),
                plain ? seq : in.getLong(from + FIXED_BYTES),
                plain ? 0 : in.get(from + FIXED_BYTES + 8));
    }

    private static int marksBytes(ByteBuffer in, int at) {
        return in.get(at + HEADER_BYTES + 4) < 0 ? MARKS_BYTES : 0;
    }

    private static int keyLength(ByteBuffer in, int at) {
        return in.getShort(at + HEADER_BYTES + KEY_LENGTH_AT) & 0xffff;
    }

    private int checksum(ByteBuffer buffer, int from, int length) {
        int position = buffer.position();
        int limit = buffer.limit();
        crc.reset();
        buffer.limit(from + length).position(from);
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue();
    }
}
