package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that read and write without a pause and know what they were promised: each thread has keys of its own, writes
 * them in growing versions and reads them back; all threads count with one shared counter. A stale, lost or foreign
 * value, an error or a count that is off is a fault.
 */
final class Load implements AutoCloseable {
    private static final int KEYS_PER_THREAD = 200;
    private static final String COUNTER = "load-counter";

    private final int port;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong counted = new AtomicLong();
    private final AtomicLong slowestMs = new AtomicLong();
    private final List<String> faults = new ArrayList<>();
    private final List<long[]> acknowledged = new ArrayList<>();

    private Load(int port) {
        this.port = port;
    }

    /** Starts {@code threadCount} clients of the gateway at that port, and waits until they are at work. */
    static Load start(int port, int threadCount) throws IOException {
        return start(Collections.nCopies(threadCount, port));
    }

    /** Starts a client of the gateway at each of these ports, and waits until they are at work. */
    static Load start(List<Integer> ports) throws IOException {
        int port = ports.get(0);
        Load load = new Load(port);
        try (TextClient client = TextClient.connect("127.0.0.1", port)) {
            assertEquals("STORED", client.set(COUNTER, "0"));
        }
        for (int i = 0; i < ports.size(); i++) {
            int number = i;
            long[] versions = new long[KEYS_PER_THREAD];
            load.acknowledged.add(versions);
            Thread thread = new Thread(() -> load.work(ports.get(number), number, versions), "load-" + i);
            load.threads.add(thread);
            thread.start();
        }
        load.awaitProgress(100);
        return load;
    }

    private void work(int port, int number, long[] versions) {
        Random random = new Random(number);
        try (TextClient client = TextClient.connect("127.0.0.1", port)) {
            while (!stopped.get()) {
                int key = random.nextInt(KEYS_PER_THREAD);
                long startedNs = System.nanoTime();
                String fault = step(client, random.nextInt(10), name(number, key), versions, key);
                long tookMs = (System.nanoTime() - startedNs) / 1_000_000;
                slowestMs.accumulateAndGet(tookMs, Math::max);
                operations.incrementAndGet();
                if (!fault.isEmpty()) {
                    fault(fault);
                    return;
                }
            }
        } catch (IOException | AssertionError e) {
            fault(name(number, 0) + ": " + e);
        }
    }

    private String step(TextClient client, int kind, String name, long[] versions, int key) throws IOException {
        if (kind < 4) {
            String answer = client.set(name, value(name, versions[key] + 1));
            if (!answer.equals("STORED")) {
                return "set " + name + ": " + answer;
            }
            versions[key]++;
        } else if (kind < 5) {
            String answer = client.ask("incr " + COUNTER + " 1");
            if (!answer.chars().allMatch(Character::isDigit)) {
                return "incr: " + answer;
            }
            counted.incrementAndGet();
        } else {
            return check(client, name, versions[key]);
        }
        return "";
    }

    private static String check(TextClient client, String name, long version) throws IOException {
        Optional<String> found = client.value(name);
        Optional<String> expected = version == 0 ? Optional.empty() : Optional.of(value(name, version));
        return found.equals(expected)
                ? ""
                : "get " + name + ": expected version " + version + ", found " + found.map(v -> v.substring(0, 30));
    }

    private synchronized void fault(String fault) {
        faults.add(fault);
    }

    private synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** Waits until that many more operations were done, one minute at most. */
    void awaitProgress(long more) {
        long goal = operations.get() + more;
        await("the load goes on").atMost(Duration.ofMinutes(1)).until(() -> {
            assertEquals(List.of(), faults());
            return operations.get() >= goal;
        });
    }

    long slowestMs() {
        return slowestMs.get();
    }

    void forgetSlowest() {
        slowestMs.set(0);
    }

    /** Ends the clients; every promise that they were given must have been kept. */
    void stopAndCheck() throws IOException {
        close();
        assertEquals(List.of(), faults());
        verify();
    }

    /** Reads everything back, through the first gateway. */
    void verify() throws IOException {
        try (TextClient client = TextClient.connect("127.0.0.1", port)) {
            for (int number = 0; number < acknowledged.size(); number++) {
                long[] versions = acknowledged.get(number);
                for (int key = 0; key < KEYS_PER_THREAD; key++) {
                    assertEquals("", check(client, name(number, key), versions[key]));
                }
            }
            assertEquals(
                    Long.toString(counted.get()),
                    client.value(COUNTER).orElse("none").strip(),
                    "the counter");
        }
        assertTrue(counted.get() > 0, "something was counted");
    }

    @Override
    public void close() {
        stopped.set(true);
        for (Thread thread : threads) {
            try {
                thread.join(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    private static String name(int number, int key) {
        return "load-" + number + "-" + key;
    }

    private static String value(String name, long version) {
        return (name + " version " + version + " ").repeat(1 + (int) (version * 7 % 40));
    }
}
