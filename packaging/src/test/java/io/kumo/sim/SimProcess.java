package io.kumo.sim;

import io.kumo.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * A process on a host of its own: it may die, start again, and be stopped for a while at any step; its clocks are not
 * quite right. All that a process does runs through {@link #run}, in its present life.
 */
final class SimProcess implements Clock {
    /** 2020-09-13. */
    private static final long WALL_ORIGIN_MS = 1_600_000_000_000L;
    /** How far clocks run faster or slower than time. */
    static final double MAX_DRIFT = 0.02;

    final String name;
    private final SimTime time;
    private final double rate;
    private final long originNs;
    private final List<Runnable> held = new ArrayList<>();
    private long wallOffsetMs;
    private long life;
    private boolean isUp;
    private boolean isPaused;

    SimProcess(String name, SimTime time) {
        this.name = name;
        this.time = time;
        this.rate = 1 + (2 * time.random().nextDouble() - 1) * MAX_DRIFT;
        this.originNs = time.random().nextLong() >> 4;
    }

    SimTime time() {
        return time;
    }

    boolean isUp() {
        return isUp;
    }

    boolean isRunning() {
        return isUp && !isPaused;
    }

    boolean isPaused() {
        return isPaused;
    }

    /** A number for each time that it was started. */
    long life() {
        return life;
    }

    void start() {
        isUp = true;
        life++;
    }

    void kill() {
        isUp = false;
        isPaused = false;
        held.clear();
    }

    void pause() {
        isPaused = true;
    }

    void resume() {
        isPaused = false;
        long resumed = life;
        List<Runnable> late = List.copyOf(held);
        held.clear();
        late.forEach(action -> time.after(0, () -> runIn(resumed, action)));
    }

    /** Now if it can, when it goes on if it is paused; never if it is down. */
    void run(Runnable action) {
        runIn(life, action);
    }

    void runIn(long wantedLife, Runnable action) {
        if (!isUp || life != wantedLife) {
            return;
        }
        if (isPaused) {
            held.add(action);
        } else {
            action.run();
        }
    }

    /** Once, after some time by its own clock, unless it dies before. */
    void after(long delayNs, Runnable action) {
        long in = life;
        time.after((long) (delayNs / rate), () -> runIn(in, action));
    }

    /** Again and again, while it lives. */
    void every(long periodNs, Runnable action) {
        after(periodNs, () -> {
            every(periodNs, action);
            action.run();
        });
    }

    @Override
    public long monotonicNs() {
        return originNs + (long) (time.nowNs() * rate);
    }

    @Override
    public long wallMs() {
        return WALL_ORIGIN_MS + wallOffsetMs + time.nowMs();
    }

    void jumpWallClock(long ms) {
        wallOffsetMs = ms;
    }

    @Override
    public String toString() {
        return name;
    }
}
