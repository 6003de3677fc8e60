package io.kumo.auth;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * A queue of bounded length in which sources take turns: one that asks much waits for itself, not others for it. Not
 * thread-safe.
 *
 * @param <T> what waits
 */
public final class FairQueue<T> {
    private final int most;
    private final Map<String, Queue<T>> bySource = new LinkedHashMap<>();
    private int length;

    /** @param most that wait at the same time, of all sources */
    public FairQueue(int most) {
        this.most = most;
    }

    /** False if the queue is full. */
    public boolean offer(String source, T element) {
        if (length >= most) {
            return false;
        }
        bySource.computeIfAbsent(source, key -> new ArrayDeque<>()).add(element);
        length++;
        return true;
    }

    /** The next one: the first of the source that waits longest for its turn. */
    public Optional<T> poll() {
        Iterator<Map.Entry<String, Queue<T>>> sources = bySource.entrySet().iterator();
        if (!sources.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<String, Queue<T>> turn = sources.next();
        sources.remove();
        T next = turn.getValue().remove();
        length--;
        if (!turn.getValue().isEmpty()) {
            bySource.put(turn.getKey(), turn.getValue());
        }
        return Optional.of(next);
    }

    public int length() {
        return length;
    }
}
