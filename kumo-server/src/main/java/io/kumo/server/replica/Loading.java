package io.kumo.server.replica;

import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import org.jspecify.annotations.Nullable;

/** The operations of one key that wait for the store's record of it. */
final class Loading {
    final long loadId;
    final long wipes;

    @Nullable
    Queued first;

    @Nullable
    Queued last;

    Loading(long loadId, long wipes) {
        this.loadId = loadId;
        this.wipes = wipes;
    }

    /** A get, a write with its answer, or neither: a sweep. */
    static final class Queued {
        final @Nullable Answer<GetResult> get;
        final int wants;
        final long knownSeq;
        final @Nullable Write write;
        final @Nullable Answer<WriteResult> answer;

        @Nullable
        Queued next;

        private Queued(
                @Nullable Answer<GetResult> get,
                int wants,
                long knownSeq,
                @Nullable Write write,
                @Nullable Answer<WriteResult> answer) {
            this.get = get;
            this.wants = wants;
            this.knownSeq = knownSeq;
            this.write = write;
            this.answer = answer;
        }

        static Queued ofGet(Get get, Answer<GetResult> answer) {
            return new Queued(answer, get.wants(), get.knownSeq(), null, null);
        }

        static Queued ofWrite(Write write, Answer<WriteResult> answer) {
            return new Queued(null, 0, 0, write, answer);
        }

        static Queued ofSweep() {
            return new Queued(null, 0, 0, null, null);
        }
    }
}
