package io.kumo.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Runs many seeds on several threads: each run is one thread's alone. SimulationTest does that in a build,
 * {@link #main} without one: {@code java -cp ... io.kumo.sim.Seeds FIRST COUNT THREADS}.
 */
final class Seeds {
    private static final int TRACE_LINES = 400_000;
    private static final int LINES_SHOWN = 60;

    private final long end;
    private final int mostFailures;
    private final boolean isVerbose;
    private final AtomicLong next;
    private final Map<Long, String> failures = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private long done;

    Seeds(long first, long count, int mostFailures, boolean isVerbose) {
        this.next = new AtomicLong(first);
        this.end = first + count;
        this.mostFailures = mostFailures;
        this.isVerbose = isVerbose;
    }

    /** Runs them all, or until there are too many failures. */
    void run(int threadCount) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            Thread thread = new Thread(this::work, "seeds-" + i);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** By seed, each with how to replay it. */
    synchronized Map<Long, String> failures() {
        return new TreeMap<>(failures);
    }

    /** How often things happened, over all runs. */
    synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    synchronized long done() {
        return done;
    }

    private void work() {
        for (long seed = next.getAndIncrement(); seed < end && mayGoOn(); seed = next.getAndIncrement()) {
            long beganNs = System.nanoTime();
            Simulation run = new Simulation(seed, 0);
            String failure = failureOf(run);
            if (failure != null) {
                fail(seed, failure);
            }
            end(seed, run, (System.nanoTime() - beganNs) / 1_000_000);
        }
    }

    private synchronized boolean mayGoOn() {
        return failures.size() < mostFailures;
    }

    /** What was wrong; null if nothing was. */
    static @Nullable String failureOf(Simulation run) {
        try {
            run.run();
            return null;
        } catch (RuntimeException | Error e) {
            return e instanceof AssertionError ? String.valueOf(e.getMessage()) : e + " at " + e.getStackTrace()[0];
        }
    }

    private synchronized void end(long seed, Simulation run, long tookMs) {
        done++;
        run.cluster().invariants().counts().forEach((what, count) -> counts.merge(what, (long) count, Long::sum));
        if (isVerbose) {
            System.out.printf(
                    "seed %d: %s, %d events, %d ms%n",
                    seed, run.cluster(), run.cluster().time().events(), tookMs);
        }
    }

    /** Runs it once more to get its trace. */
    private void fail(long seed, String failure) {
        Simulation again = new Simulation(seed, TRACE_LINES);
        String once = failureOf(again);
        String difference = once == null
                ? "\n(not when it was run once more!)"
                : once.equals(failure) ? "" : "\n(then, once more: " + once + ")";
        List<String> lines = again.trace().lines();
        Path file = Path.of(System.getProperty("sim.traces", "target"), "sim-" + seed + ".txt");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String shown = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
        String text = "seed " + seed + ": " + failure + difference + "\nreplay: " + replayOf(seed) + "\ntrace: "
                + file.toAbsolutePath() + ", ends with\n" + (Boolean.getBoolean("sim.brief") ? "" : shown);
        synchronized (this) {
            failures.put(seed, text);
            if (isVerbose) {
                System.out.println(text);
            }
        }
    }

    /** Of those seeds, run one after the other: the first that fails, and what was wrong; a row of a table. */
    static String firstFailure(long first, long count) {
        for (long seed = first; seed < first + count; seed++) {
            String failure = failureOf(new Simulation(seed, 0));
            if (failure != null) {
                String line = failure.lines().findFirst().orElse("");
                return seed + " | " + (line.length() > 110 ? line.substring(0, 110) + " ..." : line);
            }
        }
        return "- | not within " + count + " seeds";
    }

    private static String replayOf(long seed) {
        return "./mvnw verify -pl packaging -am -DskipITs -Dtest=SimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seeds=1 -Dsim.first=" + seed;
    }

    public static void main(String[] args) throws InterruptedException {
        Seeds seeds = new Seeds(
                Long.parseLong(args[0]),
                Long.parseLong(args[1]),
                Integer.getInteger("sim.failures", Integer.MAX_VALUE),
                Boolean.getBoolean("sim.verbose"));
        seeds.run(args.length > 2 ? Integer.parseInt(args[2]) : 1);
        seeds.failures().values().forEach(System.out::println);
        System.out.println(seeds.counts());
        System.out.printf(
                "seeds %s to %d: %d run, %d failed%n",
                args[0],
                Long.parseLong(args[0]) + Long.parseLong(args[1]) - 1,
                seeds.done(),
                seeds.failures().size());
    }
}
