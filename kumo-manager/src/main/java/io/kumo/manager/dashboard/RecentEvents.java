package io.kumo.manager.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest events, so many of them. Fed on one thread. */
public final class RecentEvents {
    /**
     * One of them.
     *
     * @param timeMs when this manager learned of it
     * @param version of the table that carries it; 0 if none does
     * @param kind one word
     */
    public record Event(long timeMs, long version, String kind, String text) {}

    private final int capacity;
    private final Deque<Event> events = new ArrayDeque<>();

    public RecentEvents(int capacity) {
        this.capacity = capacity;
    }

    public void add(Event event) {
        if (events.size() >= capacity) {
            events.removeLast();
        }
        events.addFirst(event);
    }

    /** Newest first. */
    public List<Event> events() {
        return List.copyOf(events);
    }
}
