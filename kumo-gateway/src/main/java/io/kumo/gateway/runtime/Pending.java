package io.kumo.gateway.runtime;

import io.netty.buffer.ByteBuf;

/** A command of a client that is under way; stands in the client's queue until its answer is written. */
abstract class Pending {
    private final ClientSession session;
    private int outstanding;
    private long heldBytes;

    Pending(ClientSession session) {
        this.session = session;
    }

    final ClientSession session() {
        return session;
    }

    /** Whether it has operations that did not begin yet. */
    boolean hasMore() {
        return false;
    }

    /** Begins the next operation. */
    void beginNext() {
        throw new IllegalStateException("nothing to begin");
    }

    /** Hands an operation to the session. */
    final void begin(Flight flight) {
        outstanding++;
        hold(flight.footprintBytes());
        session.begin(flight, this);
    }

    /** An operation ended. */
    final void onEnd(Flight flight) {
        outstanding--;
        take(flight);
        session.onEnd(flight);
    }

    /** Keeps what the operation found. */
    abstract void take(Flight flight);

    /** Whether the whole answer is there. */
    boolean isDone() {
        return outstanding == 0 && !hasMore();
    }

    /** Writes the answer, or what is left of it. */
    abstract void write(ByteBuf out);

    /** Writes part of an answer that is not whole yet; only for the first command of the queue. */
    void stream(ByteBuf out) {}

    /** Whether the connection ends with this command. */
    boolean isLast() {
        return false;
    }

    /** Whether later commands are to wait for the end of this one. */
    boolean isBarrier() {
        return false;
    }

    final void hold(long bytes) {
        heldBytes += bytes;
        session.hold(bytes);
    }

    final void letGo(long bytes) {
        heldBytes -= bytes;
        session.hold(-bytes);
    }

    final long heldBytes() {
        return heldBytes;
    }
}
