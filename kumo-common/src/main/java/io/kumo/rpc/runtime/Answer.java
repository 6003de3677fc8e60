package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.Message;

/** The way back of one request. */
final class Answer<R extends Message> implements Reply<R> {
    /** Instead of a message id: nobody waits. */
    static final long NOBODY = -1;

    private final RpcChannel channel;
    private long id;
    private boolean isPostponed;

    Answer(RpcChannel channel, long id) {
        this.channel = channel;
        this.id = id;
    }

    @Override
    public void ok(R result) {
        if (id != NOBODY) {
            int answered = (int) id;
            id = NOBODY;
            channel.answered(answered, result);
            settle();
        }
    }

    @Override
    public void fail(ErrorCode code, String text) {
        if (id != NOBODY) {
            int answered = (int) id;
            id = NOBODY;
            channel.failed(answered, code, text);
            settle();
        }
    }

    /** Once: it is its turn after that, whatever is written. */
    @Override
    public boolean postpone(int bytes, Runnable again) {
        if (!isPostponed && id != NOBODY) {
            isPostponed = channel.largeAnswers().postpone(bytes, again);
            return isPostponed;
        }
        return false;
    }

    private void settle() {
        if (isPostponed) {
            channel.largeAnswers().onAnswered();
        }
    }
}
