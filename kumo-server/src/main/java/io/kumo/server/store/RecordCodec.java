package io.kumo.server.store;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The form of a record at rest, big-endian: CRC32C (4) of partition, key and the rest; epoch, seq (8 each), flags (4),
 * expiry (8), value. Where the epoch has its highest bit set, cas (8) and marks (1) stand before the value. The store
 * below has no checksums, so every read checks this one; it covers partition and key too, so that a sound record in the
 * wrong place is found as well.
 */
public final class RecordCodec {
    /** Bytes beside the value. */
    public static final int HEADER_BYTES = 32;

    private static final int MARKS_BYTES = 9;
    private static final long HAS_MARKS = Long.MIN_VALUE;

    private RecordCodec() {}

    /** The record that the entry leaves. */
    public static byte[] encode(int partition, LogEntry entry) {
        byte[] value = entry.value().unsafeArray();
        boolean plain = entry.isPlain();
        byte[] stored = new byte[HEADER_BYTES + (plain ? 0 : MARKS_BYTES) + value.length];
        ByteBuffer out = ByteBuffer.wrap(stored);
        out.putInt(0).putLong(entry.epoch() | (plain ? 0 : HAS_MARKS)).putLong(entry.seq());
        out.putInt(entry.flags()).putLong(entry.expiryMs());
        if (!plain) {
            out.putLong(entry.cas()).put((byte) entry.marks());
        }
        out.put(value);
        out.putInt(0, checksum(partition, entry.key(), stored, stored.length));
        return stored;
    }

    /**
     * The record of that key; the first {@code length} bytes of {@code stored} are its form. CORRUPT if it is damaged.
     */
    public static LogEntry decode(int partition, Bytes key, byte[] stored, int length) {
        if (length < HEADER_BYTES) {
            throw corrupt(partition, "a record of " + length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(stored, 0, length);
        if (in.getInt() != checksum(partition, key, stored, length)) {
            throw corrupt(partition, "a record does not fit its checksum");
        }
        long epoch = in.getLong();
        long seq = in.getLong();
        int flags = in.getInt();
        long expiryMs = in.getLong();
        boolean plain = epoch >= 0;
        if (!plain && in.remaining() < MARKS_BYTES) {
            throw corrupt(partition, "a record of " + length + " bytes");
        }
        long cas = plain ? seq : in.getLong();
        int marks = plain ? 0 : in.get();
        Bytes value = Bytes.copyOf(stored, in.position(), in.remaining());
        return new LogEntry(
                EntryKind.PUT, epoch & ~HAS_MARKS, seq, 0, 0, 0, 0, key, flags, expiryMs, value, cas, marks);
    }

    private static KumoException corrupt(int partition, String what) {
        return new KumoException(
                ErrorCode.CORRUPT, "partition " + partition + ": " + what + "; it must be copied anew");
    }

    private static int checksum(int partition, Bytes key, byte[] stored, int length) {
        CRC32C crc = new CRC32C();
        crc.update(partition >>> 24);
        crc.update(partition >>> 16);
        crc.update(partition >>> 8);
        crc.update(partition);
        crc.update(key.unsafeArray());
        crc.update(stored, 4, length - 4);
        return (int) crc.getValue();
    }
}
