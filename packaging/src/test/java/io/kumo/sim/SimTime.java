package io.kumo.sim;

import java.util.PriorityQueue;
import java.util.Random;

/** Simulated time: the events of all processes, one after the other, in an order that the seed decides. */
final class SimTime {
    static final long MS = 1_000_000;
    static final long SECOND = 1_000 * MS;

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final Random random;
    private final Trace trace;
    private long nowNs;
    private long order;
    private long events;

    SimTime(long seed, Trace trace) {
        this.random = new Random(seed);
        this.trace = trace;
    }

    private record Event(long atNs, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** What would be the time if all clocks were right. */
    long nowNs() {
        return nowNs;
    }

    long nowMs() {
        return nowNs / MS;
    }

    Random random() {
        return random;
    }

    Trace trace() {
        return trace;
    }

    long events() {
        return events;
    }

    void after(long delayNs, Runnable action) {
        queue.add(new Event(nowNs + Math.max(0, delayNs), order++, action));
    }

    /** Runs the next event; false if there is none. */
    boolean step() {
        Event event = queue.poll();
        if (event == null) {
            return false;
        }
        nowNs = event.atNs();
        events++;
        trace.time(nowNs);
        event.action().run();
        return true;
    }

    /** A number from {@code low} to {@code high}, in the unit of both; small ones are more likely. */
    long between(long low, long high) {
        double at = random.nextDouble();
        return low + (long) ((high - low) * at * at);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
