package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a write does to a record.
 *
 * @param status of the answer
 * @param kind of the new entry; null if nothing changes
 * @param cas cas unique of the record; 0 for the entry's own
 * @param marks of the record, those of {@link LogEntry}
 */
record Mutation(
        WriteStatus status, @Nullable EntryKind kind, int flags, long expiryMs, Bytes value, long cas, int marks) {
    static final Mutation NOT_STORED = unchanged(WriteStatus.NOT_STORED);
    static final Mutation EXISTS = unchanged(WriteStatus.EXISTS);
    static final Mutation NOT_FOUND = unchanged(WriteStatus.NOT_FOUND);
    static final Mutation NOT_A_NUMBER = unchanged(WriteStatus.NOT_A_NUMBER);
    static final Mutation TOO_LARGE = unchanged(WriteStatus.TOO_LARGE);
    static final Mutation DELETE = new Mutation(WriteStatus.DONE, EntryKind.DELETE, 0, 0, Bytes.EMPTY, 0, 0);

    /** flush_all: at that time, milliseconds since 1970; 0 or one that is past for at once. */
    static Mutation flush(long atMs) {
        return new Mutation(WriteStatus.DONE, EntryKind.FLUSH, 0, Math.max(0, atMs), Bytes.EMPTY, 0, 0);
    }

    private static Mutation unchanged(WriteStatus status) {
        return new Mutation(status, null, 0, 0, Bytes.EMPTY, 0, 0);
    }

    /** The record as it is, for the answer. */
    static Mutation same(int partition, LogEntry record) {
        return new Mutation(
                WriteStatus.UNCHANGED,
                null,
                record.flags(),
                record.expiryMs(),
                record.value(),
                record.casUnique(partition),
                MutationRules.lasting(record));
    }

    /** A record. */
    static Mutation put(int flags, long expiryMs, Bytes value, long cas, int marks) {
        return new Mutation(WriteStatus.DONE, EntryKind.PUT, flags, expiryMs, value, cas, marks);
    }

    /** The same record with another expiry; gone if that is past, though the answer still has all of it. */
    Mutation expiring(long newExpiryMs) {
        boolean gone = newExpiryMs == MutationRules.AT_ONCE;
        return new Mutation(status, gone ? EntryKind.DELETE : kind, flags, gone ? 0 : newExpiryMs, value, cas, marks);
    }
}
