package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.route.Operation;
import io.kumo.gateway.route.WriteFields;
import io.kumo.protocol.WriteKind;
import org.jspecify.annotations.Nullable;

/** An operation on its way to a server and back to the command that asked for it. */
abstract class Flight extends Operation {
    private final Dispatcher dispatcher;
    private final Pending owner;
    private final int index;
    private @Nullable ServerLink link;
    private boolean ended;
    private boolean waiting;

    // Places in SentFlights.
    private boolean listed;
    private @Nullable Flight before;
    private @Nullable Flight after;

    /** A read. */
    Flight(Pending owner, int index, Bytes key) {
        super(key);
        this.dispatcher = owner.session().dispatcher();
        this.owner = owner;
        this.index = index;
    }

    /** A write. */
    Flight(Pending owner, int index, WriteKind kind, Bytes key, WriteFields fields) {
        this(owner, index, kind, key, fields, null);
    }

    /** A write that asks for the record first. */
    Flight(Pending owner, int index, WriteKind kind, Bytes key, WriteFields fields, @Nullable Probe probe) {
        super(kind, key, fields, probe);
        this.dispatcher = owner.session().dispatcher();
        this.owner = owner;
        this.index = index;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    Pending owner() {
        return owner;
    }

    /** The operation's place among those of its command. */
    int index() {
        return index;
    }

    /** Asks that server. */
    abstract void sendTo(ServerLink server, int partition);

    /** Whether it has its answer without asking anybody. */
    boolean answersItself() {
        return false;
    }

    void setLink(ServerLink server) {
        link = server;
    }

    /** Who was asked last; null before the first try that found somebody. */
    @Nullable
    ServerLink link() {
        return link;
    }

    void setEnded() {
        ended = true;
    }

    /** Whether its owner knows how it ended; what still comes is ignored. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether it is to be tried again later. */
    boolean isWaiting() {
        return waiting;
    }

    void setWaiting(boolean is) {
        waiting = is;
    }

    /** Whether it ended with an error that the client is to be told. */
    boolean hasFailed() {
        return !failure().isEmpty();
    }

    /** Part of {@code ResultHandler} for both kinds. */
    public final void onError(ErrorCode code, String text) {
        onError(code, text, 0);
    }

    /** Part of {@code ResultHandler} for both kinds. */
    public final void onError(ErrorCode code, String text, long tableVersion) {
        dispatcher.onError(this, code, text, tableVersion);
    }

    boolean isListed() {
        return listed;
    }

    void setListed(boolean is) {
        listed = is;
    }

    @Nullable
    Flight before() {
        return before;
    }

    void setBefore(@Nullable Flight flight) {
        before = flight;
    }

    @Nullable
    Flight after() {
        return after;
    }

    void setAfter(@Nullable Flight flight) {
        after = flight;
    }
}
