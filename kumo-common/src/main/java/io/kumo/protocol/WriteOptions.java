package io.kumo.protocol;

/**
 * What memcached's meta commands, and some binary ones, ask of a write beside its kind.
 *
 * @param bits {@link #INVALIDATE} and so on
 * @param newCas the cas unique that the record is to have, with {@link #NEW_CAS}
 * @param initial the number that a counter begins at, with {@link #VIVIFY}
 * @param vivifyExptime of a record that is made because there was none, with {@link #VIVIFY}
 * @param recacheExptime a record with less time left is to be made anew, with {@link #RECACHE}
 */
public record WriteOptions(int bits, long newCas, long initial, long vivifyExptime, long recacheExptime)
        implements Message {
    /** What the classic commands ask. */
    public static final WriteOptions NONE = new WriteOptions(0, 0, 0, 0, 0);

    /** DELETE: the record stays, marked stale. CAS: one that is older than the record is stored too, marked stale. */
    public static final int INVALIDATE = 1;
    /** DELETE: the record stays, without its value. */
    public static final int REMOVE_VALUE = 2;
    /** The write's exptime is meant, where it need not be. */
    public static final int NEW_EXPTIME = 4;
    /** If there is no record, one is made. */
    public static final int VIVIFY = 8;
    /** META_GET: somebody is to make the record anew if it has little time left. */
    public static final int RECACHE = 16;
    /** The time left is that after the new expiry. */
    public static final int RECACHE_AFTER_TOUCH = 32;
    /** The record's new cas unique is given. */
    public static final int NEW_CAS = 64;
    /** DELETE: the cas unique is to be compared even if it is 0. */
    public static final int COMPARE = 128;
    /** The answer is to have {@link RecordDetails}. */
    public static final int DETAILS = 256;

    /** Whether all of these are asked for. */
    public boolean has(int wanted) {
        return (bits & wanted) == wanted;
    }

    @Override
    public void encode(MessageWriter out) {
        out.fields(5).put(bits).put(newCas).put(initial).put(vivifyExptime).put(recacheExptime);
    }

    static WriteOptions decode(MessageReader in) {
        in.open();
        return in.close(new WriteOptions(in.int32(), in.int64(), in.int64(), in.int64(), in.int64()));
    }
}
