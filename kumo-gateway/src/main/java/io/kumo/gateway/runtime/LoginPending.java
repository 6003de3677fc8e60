package io.kumo.gateway.runtime;

import io.kumo.auth.Credentials;
import io.kumo.gateway.runtime.Authenticator.Outcome;
import io.netty.buffer.ByteBuf;

/**
 * A client says who it is. What it sends after that waits for the verdict, which comes late for a wrong password, so
 * that guessing takes time; after some wrong ones the connection ends.
 */
final class LoginPending extends Pending {
    /** Bytes of the client's protocol for a verdict. */
    @FunctionalInterface
    interface Words {
        void write(ByteBuf out, Outcome outcome);
    }

    /** How long a client waits for its refusal, ms. */
    private static final long REFUSAL_MS = 1000;

    private final Credentials credentials;
    private final Words words;
    private Outcome outcome = Outcome.REFUSED;
    private boolean begun;
    private boolean decided;
    private boolean last;

    LoginPending(ClientSession session, Credentials credentials, Words words) {
        super(session);
        this.credentials = credentials;
        this.words = words;
    }

    @Override
    boolean isBarrier() {
        return true;
    }

    @Override
    boolean hasMore() {
        return !begun;
    }

    @Override
    void beginNext() {
        begun = true;
        session().loop().stats().increment(Count.AUTH_CMDS);
        session().admission().login(credentials, this::onOutcome);
    }

    private void onOutcome(Outcome verdict) {
        outcome = verdict;
        if (verdict == Outcome.ACCEPTED) {
            decide();
            return;
        }
        session().loop().stats().increment(Count.AUTH_ERRORS);
        session().loop().afterMs(REFUSAL_MS, this::decide);
    }

    private void decide() {
        decided = true;
        last = session().admission().onVerdict(outcome);
        session().onVerdict();
    }

    @Override
    boolean isDone() {
        return decided;
    }

    @Override
    boolean isLast() {
        return last;
    }

    @Override
    void take(Flight flight) {}

    @Override
    void write(ByteBuf out) {
        words.write(out, outcome);
    }
}
