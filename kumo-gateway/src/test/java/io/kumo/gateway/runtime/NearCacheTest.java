package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.node.runtime.Metrics;
import io.kumo.node.runtime.SystemClock;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NearCacheTest extends GatewayCase {
    static IntStream seeds() {
        return IntStream.range(0, 5);
    }

    private static OptionsBuilder withCache(long ttlMs) {
        OptionsBuilder options = new OptionsBuilder();
        options.eventLoops = 2;
        options.nearCache = new NearCacheOptions(1 << 20, ttlMs);
        return options;
    }

    /** Another gateway of the same cluster, without a cache. */
    private int other() throws Exception {
        Gateway plain = new Gateway(
                vertx,
                SystemClock.INSTANCE,
                new Metrics(),
                new OptionsBuilder().build(),
                tables,
                "test",
                new Random(2));
        return plain.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .port();
    }

    private static String get(Client client, String key) throws IOException {
        String head = client.ask("get " + key);
        if (head.equals("END")) {
            return null;
        }
        assertTrue(head.startsWith("VALUE " + key + " 7 "), head);
        String value = client.line();
        assertEquals("END", client.line());
        return value;
    }

    private static void set(Client client, String key, String value) throws IOException {
        assertEquals("STORED", client.ask("set " + key + " 7 0 " + value.length() + "\r\n" + value));
    }

    private long count(Count what) {
        return gateway.stats().total(what);
    }

    @Test
    void doesNotHaveAValueSentAgainThatDidNotChange() throws Exception {
        startGateway(withCache(0).build());
        publish(table(List.of(first, second)));
        try (Client client = new Client(port);
                Client second = new Client(port)) {
            assertNull(get(client, "a"));
            set(client, "a", "first");
            assertEquals("first", get(client, "a"));
            for (int i = 0; i < 5; i++) {
                assertEquals("first", get(i % 2 == 0 ? client : second, "a"));
            }
        }
        assertEquals(5, store.unchanged());
        assertEquals(5, count(Count.NEAR_CACHE_VALIDATED));
        assertEquals(6, count(Count.GET_HITS));
        assertEquals(0, count(Count.NEAR_CACHE_HITS));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverAnswersWithAnOldValue(int seed) throws Exception {
        startGateway(withCache(0).build());
        publish(table(List.of(first, second)));
        Random random = new Random(seed);
        String[] values = new String[8];
        try (Client cached = new Client(port);
                Client plain = new Client(other())) {
            for (int i = 0; i < 800; i++) {
                int key = random.nextInt(values.length);
                Client who = random.nextBoolean() ? cached : plain;
                switch (random.nextInt(8)) {
                    case 0 -> {
                        values[key] = random.nextInt(3) == 0 ? "" : "v" + i;
                        set(who, "k" + key, values[key]);
                    }
                    case 1 -> {
                        who.ask("delete k" + key);
                        values[key] = null;
                    }
                    case 2 -> {
                        who.ask("append k" + key + " 0 0 1\r\nx");
                        values[key] = values[key] == null ? null : values[key] + "x";
                    }
                    default -> assertEquals(values[key], get(who, "k" + key), "k" + key);
                }
            }
        }
        assertTrue(store.unchanged() > 30, store.unchanged() + " answers without a value");
    }

    @Test
    void answersWithoutAskingForAsLongAsItMay() throws Exception {
        startGateway(withCache(60_000).build());
        publish(table(List.of(first, second)));
        try (Client client = new Client(port);
                Client elsewhere = new Client(port);
                Client plain = new Client(other())) {
            set(client, "a", "first");
            assertEquals("first", get(client, "a"));
            set(plain, "a", "second");
            assertEquals("first", get(elsewhere, "a"));
            assertEquals("second", get(plain, "a"));
            set(elsewhere, "a", "third"); // through this gateway: known at once, on all of its loops
            assertEquals("third", get(client, "a"));
            assertEquals("third", get(elsewhere, "a"));
            client.ask("flush_all");
            assertNull(get(elsewhere, "a"));
        }
        assertTrue(count(Count.NEAR_CACHE_HITS) > 0);
    }

    @Test
    void answersManyKeysAndPipelinedCommandsInOrder() throws Exception {
        startGateway(withCache(60_000).build());
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            set(client, "a", "1");
            set(client, "b", "2");
            String both = "VALUE a 7 1\r\n1\r\nVALUE b 7 1\r\n2\r\nEND\r\n";
            String request = "get a b\r\nset a 7 0 1\r\n3\r\nget a\r\nget b c\r\n";
            String answer = both + "STORED\r\nVALUE a 7 1\r\n3\r\nEND\r\nVALUE b 7 1\r\n2\r\nEND\r\n";
            for (int i = 0; i < 3; i++) {
                client.send("set a 7 0 1\r\n1\r\n" + request);
                assertEquals("STORED\r\n" + answer, client.read(8 + answer.length()));
            }
        }
    }

    @Test
    void staysWithinItsMemory() throws Exception {
        startGateway(withCache(0).build());
        publish(table(List.of(first, second)));
        String value = "v".repeat(10_000);
        try (Client client = new Client(port)) {
            for (int i = 0; i < 500; i++) {
                set(client, "k" + i, value);
                assertEquals(value, get(client, "k" + i));
            }
            set(client, "huge", "v".repeat(1_000_000));
            get(client, "huge");
        }
        assertTrue(gateway.nearCache().bytes() <= 1 << 20, gateway.nearCache().bytes() + " bytes");
        assertTrue(gateway.nearCache().count() > 5);
    }

    private static GetResult record(String value, long expiryMs) {
        return new GetResult(true, 0, 1, expiryMs, Bytes.utf8(value));
    }

    @Test
    void keepsNothingThatWasReadBeforeAWrite() {
        NearCache cache = new NearCache(new NearCacheOptions(1 << 20, 1000), new SteppedClock());
        Bytes key = Bytes.utf8("a");
        long before = cache.stamp(key);
        cache.onWrite(key);
        cache.keep(key, record("old", 0), 1, before);
        assertNull(cache.find(key));
        long after = cache.stamp(key);
        cache.keep(key, record("new", 0), 2, after);
        assertEquals("new", cache.find(key).record().value().toUtf8());
        cache.onWrite(Bytes.EMPTY);
        assertNull(cache.find(key));
        cache.keep(key, record("new", 0), 2, after);
        assertNull(cache.find(key));
    }

    @Test
    void answersNothingThatExpiredMeanwhile() {
        SteppedClock clock = new SteppedClock();
        NearCache cache = new NearCache(new NearCacheOptions(1 << 20, 1000), clock);
        Bytes key = Bytes.utf8("a");
        cache.keep(key, record("x", 10_300), 1, cache.stamp(key));
        assertTrue(cache.isFresh(cache.find(key)));
        clock.nowMs = 10_301;
        assertTrue(!cache.isFresh(cache.find(key)));
        cache.keep(key, record("x", 0), 1, cache.stamp(key));
        clock.nowMs = 11_300;
        assertTrue(cache.isFresh(cache.find(key)));
        clock.nowMs = 11_302;
        assertTrue(!cache.isFresh(cache.find(key)));
    }

    private static final class SteppedClock implements Clock {
        private long nowMs = 10_000;

        @Override
        public long monotonicNs() {
            return nowMs * 1_000_000;
        }

        @Override
        public long wallMs() {
            return nowMs;
        }
    }
}
