package io.kumo.server.replica;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import org.jspecify.annotations.Nullable;

/** An operation that waits for an entry's commit; a link of that entry's chain. */
final class Waiter {
    final @Nullable Answer<GetResult> get;
    final @Nullable Answer<WriteResult> write;
    /** What a write that changed nothing answers; null for one that made the entry. */
    final @Nullable WriteResult result;
    /** To be answered as soon as the local log has the entry. */
    final boolean async;

    @Nullable
    Waiter next;

    private Waiter(
            @Nullable Answer<GetResult> get,
            @Nullable Answer<WriteResult> write,
            @Nullable WriteResult result,
            boolean async) {
        this.get = get;
        this.write = write;
        this.result = result;
        this.async = async;
    }

    static Waiter ofGet(Answer<GetResult> get) {
        return new Waiter(get, null, null, false);
    }

    /** Of the operation that made the entry. */
    static Waiter ofWrite(Answer<WriteResult> write, boolean async) {
        return new Waiter(null, write, null, async);
    }

    /** Of an operation that changed nothing because of the entry. */
    static Waiter ofUnchanged(Answer<WriteResult> write, WriteResult result) {
        return new Waiter(null, write, result, false);
    }

    /** This server will never know how the entry ends. */
    void abandon() {
        if (get != null) {
            get.fail(ErrorCode.NOT_PRIMARY);
        } else if (write != null) {
            write.fail(result == null ? ErrorCode.TIMED_OUT : ErrorCode.NOT_PRIMARY);
        }
    }
}
