package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.WriteKind;
import io.kumo.sim.History;
import io.kumo.sim.History.Op;
import io.kumo.sim.Linearizability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of several gateways that want the same few keys, and what they were told: checked like the histories of the
 * simulation (is there an order of the operations of each key?), and for acknowledged writes that are missing, deletes
 * that are undone, and increments that count twice or not. Its methods are for the test's thread.
 */
final class RecordedLoad implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long JOIN_WITHIN_MS = 60_000;
    private static final int MOST_SHOWN = 20;
    /** Where threads wait this long for a processor, an operation may miss its deadline of 5 s without a fault. */
    private static final long STARVED_MS = 500;

    /** Where clients connect to. */
    record Gateway(String host, int port) {}

    private final String prefix = "load" + NUMBER.incrementAndGet() + "-";
    private final List<Gateway> gateways;
    private final Path directory;
    private final List<RecordedClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    /** Operations at a gateway that began earlier may fail and take long. */
    private final Map<Gateway, Long> excusedUntilNs = new ConcurrentHashMap<>();

    private final List<String> errors = new ArrayList<>();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong slowestNs = new AtomicLong();
    private final Map<Gateway, AtomicLong> byGateway = new TreeMap<>(Comparator.comparing(Gateway::toString));
    private final Hiccups hiccups = new Hiccups();
    private volatile boolean isStopped;
    private volatile String failure = "";

    private RecordedLoad(List<Gateway> gateways, Path directory) {
        this.gateways = gateways;
        this.directory = directory;
        gateways.forEach(gateway -> byGateway.put(gateway, new AtomicLong()));
    }

    /**
     * Starts as many clients for each gateway, and waits until they are at work.
     *
     * @param directory where a history goes that has no order
     */
    static RecordedLoad start(List<Gateway> gateways, int clientsEach, Path directory) {
        RecordedLoad load = new RecordedLoad(gateways, directory);
        load.prepare();
        for (int i = 0; i < gateways.size() * clientsEach; i++) {
            Gateway gateway = gateways.get(i % gateways.size());
            RecordedClient client = new RecordedClient(load, "c" + i, gateway, load.prefix.hashCode() * 31L + i);
            load.clients.add(client);
            Thread thread = new Thread(client, "recorded-" + i);
            thread.setDaemon(true);
            load.threads.add(thread);
            thread.start();
        }
        load.awaitProgress(20);
        return load;
    }

    private void prepare() {
        RecordedClient first = new RecordedClient(this, "first", gateways.get(0), 0);
        clients.add(first);
        for (String zero : List.of(RecordedClient.TOTAL, "c0")) {
            assertTrue(first.write(key(zero), WriteKind.SET, "0", 0).isKnown(), () -> "the first write: " + errors());
        }
        first.disconnect();
    }

    boolean isStopped() {
        return isStopped;
    }

    String key(String name) {
        return prefix + name;
    }

    /** An operation ended, with an error unless that is empty. On the threads of clients. */
    void finished(Gateway gateway, Op op, String error) {
        if (error.isEmpty()) {
            operations.incrementAndGet();
            byGateway.get(gateway).incrementAndGet();
        }
        Long untilNs = excusedUntilNs.get(gateway);
        if (untilNs != null && op.calledNs() < untilNs) {
            return;
        }
        slowestNs.accumulateAndGet(System.nanoTime() - op.calledNs(), Math::max);
        if (!error.isEmpty()) {
            synchronized (errors) {
                errors.add(error);
            }
        }
    }

    /** A client can't go on. On the threads of clients. */
    void failed(String why) {
        failure = why;
    }

    /**
     * From now on clients of this gateway may be told of errors and wait for long: their part of the world is broken.
     */
    void excuse(int gateway) {
        excusedUntilNs.put(gateways.get(gateway), Long.MAX_VALUE);
    }

    /** The same for all. */
    void excuseAll() {
        for (int i = 0; i < gateways.size(); i++) {
            excuse(i);
        }
    }

    /** What is asked for from now on must be answered again, everywhere. */
    void excuseNobody() {
        long nowNs = System.nanoTime();
        excusedUntilNs.replaceAll((gateway, untilNs) -> Math.min(untilNs, nowNs));
    }

    private List<String> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    /** Waits until that many more operations were done at all gateways together. */
    void awaitProgress(long more) {
        awaitProgress(operations, more);
    }

    /** Waits until that many more operations were done at one. */
    void awaitProgressAt(int gateway, long more) {
        awaitProgress(gateways.get(gateway), more);
    }

    /** Waits until that many more operations were done at each gateway. */
    void awaitProgressEverywhere(long more) {
        gateways.forEach(gateway -> awaitProgress(gateway, more));
    }

    private void awaitProgress(Gateway gateway, long more) {
        awaitProgress(byGateway.get(gateway), more);
    }

    private void awaitProgress(AtomicLong done, long more) {
        long goal = done.get() + more;
        await("clients go on").atMost(Duration.ofMinutes(1)).until(() -> {
            assertNoErrors();
            return done.get() >= goal;
        });
    }

    void assertNoErrors() {
        assertEquals("", failure);
        List<String> seen = errors();
        if (isStarved()) {
            seen = seen.stream()
                    .filter(error -> !error.contains(" deadline of "))
                    .toList();
        }
        int count = seen.size();
        assertEquals(List.of(), seen.subList(0, Math.min(MOST_SHOWN, count)), () -> count + " errors");
    }

    private boolean isStarved() {
        return hiccups.longestMs() > STARVED_MS;
    }

    /** Unless the machine is to blame. */
    void assertNobodyWaitedFor(long ms) {
        assertTrue(slowestMs() < ms || isStarved(), this::summary);
    }

    /** The longest that a client waited for an answer, those left out that were excused. */
    long slowestMs() {
        return slowestNs.get() / 1_000_000;
    }

    /** Begins to look for the slowest anew. */
    void forgetSlowest() {
        slowestNs.set(0);
    }

    /** What was measured, in one line. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "%d operations, the slowest %d ms, %d errors, threads waited up to %d ms for a processor",
                operations.get(),
                slowestMs(),
                errors().size(),
                hiccups.longestMs());
    }

    long operations() {
        return operations.get();
    }

    @Override
    public void close() {
        isStopped = true;
        hiccups.close();
        for (Thread thread : threads) {
            try {
                thread.join(JOIN_WITHIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            assertTrue(!thread.isAlive(), () -> thread.getName() + " still waits for an answer");
        }
    }

    /** Ends the clients, reads everything once more, at each gateway, and checks all that was told. */
    void stopAndCheck() {
        close();
        readEverything();
        assertNoErrors();
        checkOwn();
        checkTotal();
        checkOrder();
    }

    private void readEverything() {
        for (Gateway gateway : gateways) {
            RecordedClient reader = new RecordedClient(this, "reader", gateway, 0);
            clients.add(reader);
            for (String hot : RecordedClient.HOT) {
                reader.read(key(hot), "gets");
            }
            reader.read(key(RecordedClient.TOTAL), "gets");
            reader.disconnect();
        }
    }

    /** Everything that was acknowledged to one client and written by nobody else must be there, or gone. */
    void checkOwn() {
        Gateway gateway = gateways.get(0);
        try (TextClient reader = TextClient.connect(gateway.host(), gateway.port())) {
            for (RecordedClient client : clients) {
                for (Map.Entry<String, Optional<String>> acknowledged :
                        client.own().entrySet()) {
                    Optional<String> found = reader.value(acknowledged.getKey());
                    assertEquals(
                            acknowledged.getValue(),
                            found,
                            () -> (found.isEmpty() ? "lost: " : "back again or foreign: ") + acknowledged.getKey());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkTotal() {
        long least = clients.stream().mapToLong(RecordedClient::counted).sum();
        long most = least
                + clients.stream().mapToLong(RecordedClient::perhapsCounted).sum();
        Gateway gateway = gateways.get(0);
        try (TextClient reader = TextClient.connect(gateway.host(), gateway.port())) {
            long total = Long.parseLong(reader.value(key(RecordedClient.TOTAL)).orElseThrow());
            assertTrue(
                    least <= total && total <= most,
                    () -> "counted " + total + " times, but told of " + least + " and unsure of " + (most - least));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkOrder() {
        History all = new History();
        for (RecordedClient client : clients) {
            client.history().byKey().forEach((key, ops) -> ops.forEach(op -> all.add(key, op)));
        }
        all.byKey().forEach((key, ops) -> {
            boolean hasOrder;
            try {
                hasOrder = Linearizability.isLinearizable(ops);
            } catch (IllegalStateException e) {
                throw new AssertionError("history of " + key + " in " + write(key, ops), e);
            }
            assertTrue(hasOrder, () -> "no order of the operations on " + key + ", see " + write(key, ops));
        });
    }

    private Path write(String key, List<Op> ops) {
        List<String> lines = ops.stream()
                .sorted(Comparator.comparingLong(Op::calledNs))
                .map(Op::toString)
                .toList();
        try {
            Files.createDirectories(directory);
            return Files.write(directory.resolve("history-" + key + ".txt"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
