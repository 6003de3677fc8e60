package io.kumo.gateway.route;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.error.ErrorCode;
import io.kumo.error.Outcome;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.WriteKind;
import org.jspecify.annotations.Nullable;

/**
 * One operation on one key until it has an answer or its deadline passes: what it is, its id, when it is tried again. A
 * write keeps its id over all tries, so that it is carried out once. The shell extends it with the way its answer
 * takes. Lives on one event loop.
 */
public class Operation {
    private static final long NS_PER_MS = 1_000_000;

    private final @Nullable WriteKind kind;
    private final Bytes key;
    private final WriteFields fields;
    private final Probe probe;
    private boolean probing;

    private int partition = -1;
    private long counter;
    private long startNs;
    private long deadlineNs;
    private long retryAtNs;
    private int tries;
    private int unanswered;
    private boolean maybeDone;
    private String failure = "";

    /**
     * How a write begins that may turn out to be a read: it asks for the record first.
     *
     * @param isRead others may read the record beside it
     * @param wants the bits of a {@code Get}
     * @param stale any copy may answer that
     */
    public record Probe(boolean isRead, int wants, boolean stale) {
        /** Not at all: it is what it is. */
        static final Probe NONE = new Probe(false, 0, false);
    }

    /** A read. */
    protected Operation(Bytes key) {
        kind = null;
        this.key = key;
        fields = WriteFields.NONE;
        probe = Probe.NONE;
    }

    /** A write. */
    protected Operation(WriteKind kind, Bytes key, WriteFields fields) {
        this(kind, key, fields, null);
    }

    /** A write that asks for the record first. */
    protected Operation(WriteKind kind, Bytes key, WriteFields fields, @Nullable Probe probe) {
        this.kind = kind;
        this.key = key;
        this.fields = fields;
        this.probe = probe == null ? Probe.NONE : probe;
        this.probing = probe != null;
    }

    /** Whether it leaves the record as it is, or most likely does. */
    public final boolean isRead() {
        return kind == null || probe.isRead();
    }

    /** Whether its next try is a read. */
    public final boolean asks() {
        return kind == null || probing;
    }

    /** Whether any copy may answer its next try. */
    public final boolean asksAnyCopy() {
        return probing && probe.stale();
    }

    /** What the probe found asks for the write: from now on it is one. */
    public final void endProbe() {
        probing = false;
        tries = 0;
        unanswered = 0;
    }

    public final Bytes key() {
        return key;
    }

    /** What a write does; null for a read. */
    public final @Nullable WriteKind kind() {
        return kind;
    }

    /** For an operation on a whole partition: its key says nothing. */
    public final void atPartition(int number) {
        partition = number;
    }

    /** The partition that was set, else the key's. */
    public final int partition(Router router) {
        return partition >= 0 ? partition : router.partitionOf(key);
    }

    /** Starts the clock: the client's command was read. */
    public final void start(long nowNs, RetryPolicy policy) {
        startNs = nowNs;
        deadlineNs = nowNs + policy.timeoutMs() * NS_PER_MS;
    }

    /** Gives a write its number within its session, once. */
    public final void number(long newCounter) {
        Check.invariant(counter == 0 && kind != null, "an operation is numbered twice, or is a read");
        counter = newCounter;
    }

    /** Whether its time is over before it was tried at all. */
    public final boolean isLate(long nowNs) {
        return nowNs - deadlineNs >= 0;
    }

    /** Of a write within its session, the same for all tries; 0 for a read. */
    public final long counter() {
        return counter;
    }

    public final long startNs() {
        return startNs;
    }

    /** The next try begins; another one may still be under way. */
    public final void startTry() {
        tries++;
        unanswered++;
    }

    /** How often it was tried: the number of the newest try, from 1. A write that begins as a read counts anew. */
    public final int tries() {
        return tries;
    }

    /**
     * A try of a write was answered: whether that ends it. That nothing was changed only the server knows that said so;
     * where the write was sent to another one since, that one may still carry it out, and its answer is waited for.
     * What changed something is known to all later primaries. If not, {@link #onError} is told that this try failed:
     * where no other one is under way any more, it is tried again.
     *
     * @param number of the try
     */
    public final boolean isEndedBy(int number, boolean isChange) {
        boolean isEnd = isChange || number == tries;
        unanswered -= isEnd ? 1 : 0;
        return isEnd;
    }

    /** How long to wait for the answer of the try that begins now. */
    public final long attemptMs(long nowNs, RetryPolicy policy) {
        long left = (deadlineNs - nowNs + NS_PER_MS - 1) / NS_PER_MS;
        return Math.max(1, Math.min(left, policy.attemptMs()));
    }

    /** The message of its next try. */
    public Get toGet(int number, long tableVersion, boolean stale) {
        return new Get(number, tableVersion, stale || asksAnyCopy(), key, probe.wants());
    }

    public final Write toWrite(int number, long tableVersion, long session, long settledBelow, boolean async) {
        WriteKind what = kind;
        if (what == null) {
            throw new IllegalStateException("a read is no write");
        }
        return new Write(
                number,
                tableVersion,
                session,
                counter,
                settledBelow,
                what,
                async,
                key,
                fields.flags(),
                fields.exptime(),
                fields.cas(),
                fields.delta(),
                fields.value(),
                fields.options());
    }

    /** What follows when a try failed. */
    public enum Next {
        /** Nothing: another try is under way. */
        WAIT,
        /** It is tried again at {@link #retryAtNs}, or as soon as a newer table comes. */
        RETRY,
        /** It is over; {@link #failure} says what the client is told. */
        END
    }

    /** A try failed. */
    public final Next onError(ErrorCode code, String text, long nowNs, RetryPolicy policy) {
        unanswered--;
        Outcome outcome = code.outcome();
        maybeDone |= outcome == Outcome.UNKNOWN || outcome == Outcome.FATAL;
        if (unanswered > 0 && (outcome == Outcome.UNKNOWN || outcome == Outcome.REJECTED)) {
            return Next.WAIT; // a try that was given up, or refused, after another one began
        } else if (outcome == Outcome.REJECTED) {
            failure = text.isEmpty() ? code.text() : text;
            return Next.END;
        }
        retryAtNs = nowNs + RetryPolicy.pauseMs(tries) * NS_PER_MS;
        if (retryAtNs >= deadlineNs) {
            failure = givenUp("deadline of " + policy.timeoutMs() + " ms passed", text);
            return Next.END;
        }
        return Next.RETRY;
    }

    /** It is not to be tried, or not again. */
    public final void refuse(String why) {
        failure = why;
    }

    private String givenUp(String why, String lastError) {
        String doubt = maybeDone && counter != 0 ? "; the operation may or may not have been carried out" : "";
        return why + ": " + lastError + doubt;
    }

    public final long retryAtNs() {
        return retryAtNs;
    }

    /** What to tell the client; empty unless it was given up. */
    public final String failure() {
        return failure;
    }

    /** Memory that it holds, approximately, bytes. */
    public final int footprintBytes() {
        return 300 + key.length() + fields.value().length();
    }
}
