package io.kumo.gateway.route;

import io.kumo.base.Bytes;
import io.kumo.protocol.WriteOptions;

/**
 * What a write carries beside its kind and key.
 *
 * @param cas the expected cas unique
 * @param delta for INCR and DECR
 */
public record WriteFields(int flags, long exptime, long cas, long delta, Bytes value, WriteOptions options) {
    public static final WriteFields NONE = new WriteFields(0, 0, 0, 0, Bytes.EMPTY, WriteOptions.NONE);

    /** A record to be stored. */
    public static WriteFields record(int flags, long exptime, long cas, Bytes value) {
        return new WriteFields(flags, exptime, cas, 0, value, WriteOptions.NONE);
    }

    /** A new expiry time. */
    public static WriteFields touch(long exptime) {
        return new WriteFields(0, exptime, 0, 0, Bytes.EMPTY, WriteOptions.NONE);
    }

    /** A number to add or to subtract. */
    public static WriteFields delta(long delta) {
        return new WriteFields(0, 0, 0, delta, Bytes.EMPTY, WriteOptions.NONE);
    }
}
