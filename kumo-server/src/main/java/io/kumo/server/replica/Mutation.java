package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.WriteStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a write does to a record.
 *
 * @param status of the answer
 * @param kind of the new entry; null if nothing changes, and then the rest is empty
 */
record Mutation(WriteStatus status, @Nullable EntryKind kind, int flags, long expiryMs, Bytes value) {
    static final Mutation NOT_STORED = unchanged(WriteStatus.NOT_STORED);
    static final Mutation EXISTS = unchanged(WriteStatus.EXISTS);
    static final Mutation NOT_FOUND = unchanged(WriteStatus.NOT_FOUND);
    static final Mutation NOT_A_NUMBER = unchanged(WriteStatus.NOT_A_NUMBER);
    static final Mutation TOO_LARGE = unchanged(WriteStatus.TOO_LARGE);
    static final Mutation DELETE = new Mutation(WriteStatus.DONE, EntryKind.DELETE, 0, 0, Bytes.EMPTY);
    static final Mutation FLUSH = new Mutation(WriteStatus.DONE, EntryKind.FLUSH, 0, 0, Bytes.EMPTY);

    private static Mutation unchanged(WriteStatus status) {
        return new Mutation(status, null, 0, 0, Bytes.EMPTY);
    }
}
