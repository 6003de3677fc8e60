package io.kumo.server.runtime;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What is to go to the store, what somebody waits for first. One thread at a time. */
final class CheckpointQueue<T> {
    private final Deque<T> left = new ArrayDeque<>();
    private final Deque<T> awaited = new ArrayDeque<>();
    private boolean isUrgent;

    void addAll(Collection<T> more) {
        left.addAll(more);
    }

    /** That one goes before all others. */
    void await(T one) {
        if (!awaited.contains(one)) {
            awaited.add(one);
        }
    }

    /** Somebody waits for all that is here. */
    void hurry() {
        isUrgent = true;
    }

    /**
     * The next one, null if none is left. One that was waited for may come once more, in its place among the others.
     */
    @Nullable
    T poll() {
        T next = awaited.isEmpty() ? left.poll() : awaited.poll();
        isUrgent &= next != null;
        return next;
    }

    /** Whether there is something, and it can wait for a while. */
    boolean mayRest() {
        return !isUrgent && awaited.isEmpty() && !left.isEmpty();
    }

    void clear() {
        left.clear();
        awaited.clear();
        isUrgent = false;
    }
}
