package io.kumo.protocol;

/**
 * What memcached's meta commands tell of a record beside its value; only answered to those who ask.
 *
 * @param marks those of {@link LogEntry}, and {@link #HIT_BEFORE}
 * @param idleSec seconds since it was read or written last, as far as the answering server's memory goes
 * @param ttlSec seconds that it has left, -1 for no end
 * @param ttlBeforeSec the same before the operation
 */
public record RecordDetails(int marks, long idleSec, long ttlSec, long ttlBeforeSec) implements Message {
    /** Nobody asked. */
    public static final RecordDetails NONE = new RecordDetails(0, 0, 0, 0);
    /** Mark: it was read before, as far as the answering server's memory goes. */
    public static final int HIT_BEFORE = 16;

    /** Whether the mark is set. */
    public boolean has(int mark) {
        return (marks & mark) != 0;
    }

    /** Seconds until a time, begun ones count whole; -1 if there is no such time. */
    public static long ttlSec(long expiryMs, long nowMs) {
        return expiryMs == 0 ? -1 : Math.max(0, (expiryMs - nowMs + 999) / 1000);
    }

    @Override
    public void encode(MessageWriter out) {
        out.fields(4).put(marks).put(idleSec).put(ttlSec).put(ttlBeforeSec);
    }

    static RecordDetails decode(MessageReader in) {
        in.open();
        return in.close(new RecordDetails(in.int32(), in.int64(), in.int64(), in.int64()));
    }
}
