package io.kumo.protocol;

import io.kumo.base.Bytes;

/**
 * One step of a partition's history, and at the same time the record that it leaves: the same object travels from the
 * primary to the copies, stands in the log and in the memtable, and is the record as the store returns it.
 *
 * @param epoch of the primary that made it
 * @param seq dense within a partition, from 1, goes on over epochs; the cas unique of the record
 * @param session of the gateway that asked, 0 for none (a sweep)
 * @param counter of the operation within the session
 * @param settledBelow the session has the answers of all its operations below this counter
 * @param write what was asked for, a number of {@link WriteKind}, so that a repeated operation gets the same answer; 0
 *     for none
 * @param flags of memcached, 32 bits unsigned
 * @param expiryMs milliseconds since 1970, 0 for never
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
        Bytes value)
        implements Message {

    /** Memory that an entry takes beyond key and value, bytes, for accounting. */
    public static final int OVERHEAD_BYTES = 160;

    /** An entry that no client asked for. */
    public static LogEntry internal(EntryKind kind, long epoch, long seq, Bytes key, Bytes value) {
        return new LogEntry(kind, epoch, seq, 0, 0, 0, 0, key, 0, 0, value);
    }

    public boolean isRecord() {
        return kind == EntryKind.PUT || kind == EntryKind.COPY_PUT;
    }

    /** Approximate memory of the entry, bytes. */
    public int footprintBytes() {
        return OVERHEAD_BYTES + key.length() + value.length();
    }

    public boolean isExpired(long nowMs) {
        return expiryMs != 0 && expiryMs <= nowMs;
    }

    @Override
    public void encode(MessageWriter out) {
        out.fields(11)
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
    }

    public static LogEntry decode(MessageReader in) {
        in.open();
        return in.close(new LogEntry(
                EntryKind.of(in.int32()),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int64(),
                in.int32(),
                in.bytes(),
                in.int32(),
                in.int64(),
                in.bytes()));
    }
}
