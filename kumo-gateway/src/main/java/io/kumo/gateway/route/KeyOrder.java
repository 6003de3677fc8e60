package io.kumo.gateway.route;

import io.kumo.base.Bytes;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the operations of one connection on one key in the client's order: a pipelined get must see the set before it,
 * also when that one has to be tried again elsewhere. Reads of a key may run beside each other; a write runs alone.
 * Lives on one event loop; the caller bounds how many operations there are.
 *
 * @param <O> the operations
 */
public final class KeyOrder<O extends Operation> {
    /** What is under way and what waits for one key. */
    private static final class Line<O extends Operation> {
        private int reads;
        private boolean writing;
        private @Nullable Queue<O> waiting;

        private boolean admits(Operation operation) {
            return !writing && (reads == 0 || operation.isRead());
        }

        private void enter(Operation operation) {
            if (operation.isRead()) {
                reads++;
            } else {
                writing = true;
            }
        }

        private boolean isIdle() {
            return reads == 0 && !writing;
        }
    }

    private final Map<Bytes, Line<O>> lines = new HashMap<>();

    /** Whether the operation may begin now; else it waits, and {@link #leave} returns it one day. */
    public boolean enter(O operation) {
        Line<O> line = lines.get(operation.key());
        if (line == null) {
            line = new Line<>();
            lines.put(operation.key(), line);
        } else if (line.waiting != null || !line.admits(operation)) {
            Queue<O> waiting = line.waiting;
            if (waiting == null) {
                waiting = new ArrayDeque<>(4);
                line.waiting = waiting;
            }
            waiting.add(operation);
            return false;
        }
        line.enter(operation);
        return true;
    }

    /** An operation that had entered is over; {@link #next} has those that may begin now. */
    public void leave(O operation) {
        Line<O> line = lines.get(operation.key());
        if (line == null) {
            throw new IllegalStateException("an operation left that had not entered");
        }
        if (operation.isRead()) {
            line.reads--;
        } else {
            line.writing = false;
        }
        if (line.isIdle() && line.waiting == null) {
            lines.remove(operation.key());
        }
    }

    /** Lets the next waiting operation on that key begin, if there is one that may; to be called until it is null. */
    public @Nullable O next(Bytes key) {
        Line<O> line = lines.get(key);
        if (line == null || line.waiting == null) {
            return null;
        }
        O first = line.waiting.peek();
        if (first == null || !line.admits(first)) {
            return null;
        }
        line.waiting.remove();
        if (line.waiting.isEmpty()) {
            line.waiting = null;
        }
        line.enter(first);
        return first;
    }
}
