package io.kumo.protocol;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;

/** How a write ended; all but {@link #DONE} changed nothing. Numbers are never reused. */
public enum WriteStatus {
    DONE(1),
    /** The condition of add, replace, append or prepend did not hold. */
    NOT_STORED(2),
    /** cas: the record has another cas unique. */
    EXISTS(3),
    NOT_FOUND(4),
    /** incr, decr: the value is not a decimal number below 2^64. */
    NOT_A_NUMBER(5),
    /** append, prepend: the value would be larger than the server allows. */
    TOO_LARGE(6),
    /** Meta get: the record is as it was, and answered. */
    UNCHANGED(7);

    private static final WriteStatus[] BY_NUMBER = new WriteStatus[values().length + 1];

    static {
        for (WriteStatus status : values()) {
            BY_NUMBER[status.number] = status;
        }
    }

    private final int number;

    WriteStatus(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static WriteStatus of(int number) {
        if (number <= 0 || number >= BY_NUMBER.length) {
            throw new KumoException(
                    ErrorCode.BAD_REQUEST, "status of write " + number + " is not known to this version");
        }
        return BY_NUMBER[number];
    }
}
