package io.kumo.protocol;

import io.kumo.base.Bytes;

/**
 * One step of a partition's history, and at the same time the record that it leaves: the same object travels from the
 * primary to the copies, stands in the log and in the memtable, and is the record as the store returns it.
 *
 * @param epoch of the primary that made it
 * @param seq dense within a partition, from 1, goes on over epochs
 * @param session of the gateway that asked, 0 for none (a sweep)
 * @param counter of the operation within the session
 * @param settledBelow the session has the answers of all its operations below this counter
 * @param write what was asked for, a number of {@link WriteKind}, so that a repeated operation gets the same answer; 0
 *     for none
 * @param flags of memcached, 32 bits unsigned
 * @param expiryMs milliseconds since 1970, 0 for never; of a FLUSH, when it is to be done, 0 for at once
 * @param cas cas unique of the record with {@link #OWN_CAS}, else {@code seq}: see {@link #casUnique}
 * @param marks of the record, bits: {@link #STALE} and so on
 */
public record LogEntry(
        EntryKind kind,
        long epoch,
        long seq,
        long session,
        long counter,
        long settledBelow,
        int write,
        Bytes key,
        int flags,
        long expiryMs,
        Bytes value,
        long cas,
        int marks)
        implements Message {

    /** Mark: a client said that the value is out of date. */
    public static final int STALE = 1;
    /** Mark: a client was told that it is the one to make the value anew. */
    public static final int TOKEN_SENT = 2;
    /** Mark: it was the operation that made this entry which was told so. */
    public static final int WON = 4;
    /** Mark: the operation that made this entry found no record, and made one. */
    public static final int CREATED = 8;

    /** Mark: a client chose the record's cas unique, or the step kept that of the one before. */
    public static final int OWN_CAS = 32;

    private static final int PARTITION_BITS = 16;

    /** Memory that an entry takes beyond key and value, bytes, for accounting. */
    public static final int OVERHEAD_BYTES = 176;

    /** An entry that no client asked for. */
    public static LogEntry internal(EntryKind kind, long epoch, long seq, Bytes key, Bytes value) {
        return new LogEntry(kind, epoch, seq, 0, 0, 0, 0, key, 0, 0, value, seq, 0);
    }

    public boolean isRecord() {
        return kind == EntryKind.PUT || kind == EntryKind.COPY_PUT;
    }

    /** Whether it only says when there is to be a FLUSH at once. */
    public boolean isPlan() {
        return kind == EntryKind.FLUSH && expiryMs != 0;
    }

    /** Approximate memory of the entry, bytes. */
    public int footprintBytes() {
        return OVERHEAD_BYTES + key.length() + value.length();
    }

    public boolean isExpired(long nowMs) {
        return expiryMs != 0 && expiryMs <= nowMs;
    }

    /**
     * What clients know the record by. Usually it follows from seq and partition, so that no two records of a cluster
     * have the same, and one of a key that is newer has a higher one.
     */
    public long casUnique(int partition) {
        return has(OWN_CAS) ? cas : (seq << PARTITION_BITS) | partition;
    }

    /** Whether {@code cas} and {@code marks} are what an entry has unless said otherwise. */
    public boolean isPlain() {
        return cas == seq && marks == 0;
    }

    /** Whether all of these marks are set. */
    public boolean has(int wanted) {
        return (marks & wanted) == wanted;
    }

    @Override
    public void encode(MessageWriter out) {
        boolean plain = isPlain();
        out.fields(plain ? 11 : 13)
                .put(kind.number())
                .put(epoch)
                .put(seq)
                .put(session)
                .put(counter)
                .put(settledBelow)
                .put(write)
                .put(key)
                .put(flags & 0xffffffffL)
                .put(expiryMs)
                .put(value);
        if (!plain) {
            out.put(cas).put(marks);
        }
    }

    public static LogEntry decode(MessageReader in) {
        in.open();
        EntryKind kind = EntryKind.of(in.int32());
        long epoch = in.int64();
        long seq = in.int64();
        long session = in.int64();
        long counter = in.int64();
        long settledBelow = in.int64();
        int write = in.int32();
        Bytes key = in.bytes();
        int flags = in.int32();
        long expiryMs = in.int64();
        Bytes value = in.bytes();
        long cas = in.fieldsLeft() > 0 ? in.int64() : seq;
        int marks = in.int32();
        return in.close(new LogEntry(
                kind, epoch, seq, session, counter, settledBelow, write, key, flags, expiryMs, value, cas, marks));
    }
}
