package io.kumo.backup;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;

/**
 * An entry in a block, big-endian: kind (1: 1 record, 2 deleted, 3 all records deleted), marks (1), flags (4), epoch,
 * seq, expiry, cas (8 each), length of the key (4), of the value (4), key, value.
 */
final class EntryCodec {
    static final int HEADER_BYTES = 46;

    private EntryCodec() {}

    static int lengthOf(LogEntry entry) {
        return HEADER_BYTES + entry.key().length() + entry.value().length();
    }

    static void encode(LogEntry entry, ByteBuffer out) {
        EntryKind kind = entry.isRecord() ? EntryKind.PUT : entry.kind();
        out.put((byte) kind.number()).put((byte) entry.marks()).putInt(entry.flags());
        out.putLong(entry.epoch()).putLong(entry.seq()).putLong(entry.expiryMs());
        out.putLong(entry.cas());
        out.putInt(entry.key().length()).putInt(entry.value().length());
        out.put(entry.key().unsafeArray()).put(entry.value().unsafeArray());
    }

    /** The next one; IllegalArgumentException if what is left is none. */
    static LogEntry decode(ByteBuffer in) {
        if (in.remaining() < HEADER_BYTES) {
            throw new IllegalArgumentException("an entry is cut short");
        }
        int number = in.get();
        int marks = in.get();
        int flags = in.getInt();
        long epoch = in.getLong();
        long seq = in.getLong();
        long expiryMs = in.getLong();
        long cas = in.getLong();
        int keyBytes = in.getInt();
        int valueBytes = in.getInt();
        boolean fits = keyBytes >= 0 && valueBytes >= 0 && (long) keyBytes + valueBytes <= in.remaining();
        if (!fits || number < EntryKind.PUT.number() || number > EntryKind.FLUSH.number()) {
            throw new IllegalArgumentException("an entry of kind " + number + " with " + keyBytes + " bytes of key and "
                    + valueBytes + " of value");
        }
        Bytes key = take(in, keyBytes);
        Bytes value = take(in, valueBytes);
        return new LogEntry(EntryKind.of(number), epoch, seq, 0, 0, 0, 0, key, flags, expiryMs, value, cas, marks);
    }

    private static Bytes take(ByteBuffer in, int count) {
        byte[] content = new byte[count];
        in.get(content);
        return Bytes.wrap(content);
    }
}
