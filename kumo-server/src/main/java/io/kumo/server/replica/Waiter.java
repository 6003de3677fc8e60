package io.kumo.server.replica;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteStatus;
import org.jspecify.annotations.Nullable;

/** An operation that waits for an entry's commit; a link of that entry's chain. */
final class Waiter {
    final @Nullable Answer<GetResult> get;
    final @Nullable Answer<WriteResult> write;
    /** What is to be answered; null for a write that made the entry, and learns it from there. */
    final @Nullable WriteResult result;
    /** What a get asks for. */
    final int wants;
    /** The record that a write found, if it asks for details. */
    final @Nullable RecordDetails before;
    /** To be answered as soon as the local log has the entry. */
    final boolean async;

    @Nullable
    Waiter next;

    private Waiter(
            @Nullable Answer<GetResult> get,
            @Nullable Answer<WriteResult> write,
            @Nullable WriteResult result,
            int wants,
            @Nullable RecordDetails before,
            boolean async) {
        this.get = get;
        this.write = write;
        this.result = result;
        this.wants = wants;
        this.before = before;
        this.async = async;
    }

    /** @param wants the bits of a {@code Get} */
    static Waiter ofGet(Answer<GetResult> get, int wants) {
        return new Waiter(get, null, null, wants, null, false);
    }

    /**
     * Of the operation that made the entry.
     *
     * @param before of the record that it found; null unless details are asked for
     */
    static Waiter ofWrite(Answer<WriteResult> write, @Nullable RecordDetails before, boolean async) {
        return new Waiter(null, write, null, 0, before, async);
    }

    /**
     * Whose answer is known and counts once the entry is committed: of the operation that made the entry, asked for
     * again, or of one that changed nothing because of it.
     */
    static Waiter ofAnswered(Answer<WriteResult> write, WriteResult result) {
        return new Waiter(null, write, result, 0, null, false);
    }

    /** This server will never know how the entry ends. */
    void abandon() {
        if (get != null) {
            get.fail(ErrorCode.NOT_PRIMARY);
        } else if (write != null) {
            boolean isChange = result == null || result.status() == WriteStatus.DONE;
            write.fail(isChange ? ErrorCode.TIMED_OUT : ErrorCode.NOT_PRIMARY);
        }
    }
}
