package io.kumo.protocol;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;

/** What an entry of a partition's history is. Numbers are never reused: they are on disk. */
public enum EntryKind {
    /** The record is now this. */
    PUT(1),
    /** There is no record of this key now. */
    DELETE(2),
    /** There is no record at all now, or, with a time, from then on. */
    FLUSH(3),
    /** Log only: entries of the partition with a seq above this one's are undone. */
    TRUNCATE(4),
    /** Log only: the partition is empty and a copy of it begins; until {@link #COPY_END} it is not to be used. */
    COPY_BEGIN(5),
    /** Log only: a record of the copy, with the (epoch, seq) that it has at the primary; not dense. */
    COPY_PUT(6),
    /** Log only: the copy, sent in that epoch, is complete up to this seq; the value is the replica's other state. */
    COPY_END(7),
    /** Log only: this server no longer has the partition. */
    DROP(8);

    private static final EntryKind[] BY_NUMBER = new EntryKind[values().length + 1];

    static {
        for (EntryKind kind : values()) {
            BY_NUMBER[kind.number] = kind;
        }
    }

    private final int number;

    EntryKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static EntryKind of(int number) {
        if (number <= 0 || number >= BY_NUMBER.length) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "kind of entry " + number + " is not known to this version");
        }
        return BY_NUMBER[number];
    }
}
