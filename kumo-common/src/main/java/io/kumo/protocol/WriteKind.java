package io.kumo.protocol;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;

/** What a write does; memcached's commands. Numbers are never reused. */
public enum WriteKind {
    SET(1),
    /** Only if the key is absent. */
    ADD(2),
    /** Only if the key is present. */
    REPLACE(3),
    APPEND(4),
    PREPEND(5),
    /** Only if the record's cas unique is still the given one. */
    CAS(6),
    /** Adds {@code delta} to a decimal number, modulo 2^64. */
    INCR(7),
    /** Subtracts {@code delta}, not below 0; the length never shrinks: trailing spaces, as memcached does. */
    DECR(8),
    DELETE(9),
    /** Changes the expiry only, not the cas unique. */
    TOUCH(10),
    /** {@link #TOUCH}, answered with the record. */
    GET_AND_TOUCH(11),
    /** Deletes every record of the partition, now or when {@code exptime} says; the key is empty. */
    FLUSH(12),
    /**
     * Meta get: answers with the record, and touches it, makes it, or marks it as one that somebody makes anew, as its
     * {@link WriteOptions} say.
     */
    META_GET(13);

    private static final WriteKind[] BY_NUMBER = new WriteKind[values().length + 1];

    static {
        for (WriteKind kind : values()) {
            BY_NUMBER[kind.number] = kind;
        }
    }

    private final int number;

    WriteKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static WriteKind of(int number) {
        if (number <= 0 || number >= BY_NUMBER.length) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "kind of write " + number + " is not known to this version");
        }
        return BY_NUMBER[number];
    }
}
