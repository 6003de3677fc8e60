package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.auth.PasswordHash;
import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.rubyeye.xmemcached.GetsResponse;
import net.rubyeye.xmemcached.MemcachedClientBuilder;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.auth.AuthInfo;
import net.rubyeye.xmemcached.command.BinaryCommandFactory;
import net.rubyeye.xmemcached.command.TextCommandFactory;
import net.rubyeye.xmemcached.exception.MemcachedException;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.auth.AuthDescriptor;
import net.spy.memcached.auth.PlainCallbackHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The usual clients of Java in both of their protocols, with and without a login, and while a server dies: none of them
 * may see an error.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JavaClientsIT {
    private static final int WAIT_S = 10;
    private static final int WAIT_MS = WAIT_S * 1000;
    private static final String USER = "alice";
    private static final String PASSWORD = "a pass word";

    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = ProcessCluster.running(directory, 1, 3, 1);
        PasswordHash hash = PasswordHash.of(PASSWORD.toCharArray(), Bytes.utf8("a grain of salt."), 1000);
        Path users = Files.writeString(
                directory.resolve("users"), UsersFile.EMPTY.with(USER, hash).text());
        cluster.addGateway("--auth-file", users.toString()).awaitReady();
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static InetSocketAddress gateway(int index) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), cluster.gatewayPort(index));
    }

    private static ConnectionFactoryBuilder spy(boolean isBinary) {
        return new ConnectionFactoryBuilder()
                .setOpTimeout(WAIT_MS)
                .setProtocol(
                        isBinary ? ConnectionFactoryBuilder.Protocol.BINARY : ConnectionFactoryBuilder.Protocol.TEXT);
    }

    private static MemcachedClientBuilder xmemcached(int gateway, boolean isBinary) {
        MemcachedClientBuilder builder = new XMemcachedClientBuilder(List.of(gateway(gateway)));
        builder.setCommandFactory(isBinary ? new BinaryCommandFactory() : new TextCommandFactory());
        builder.setOpTimeout(WAIT_MS);
        return builder;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Order(1)
    void spymemcachedIsServed(boolean isBinary) throws Exception {
        MemcachedClient client = new MemcachedClient(spy(isBinary).build(), List.of(gateway(0)));
        String key = "spy-" + isBinary;
        try {
            assertTrue(client.set(key, 0, "value").get(WAIT_S, TimeUnit.SECONDS));
            assertEquals("value", client.get(key));
            assertTrue(!client.add(key, 0, "other").get(WAIT_S, TimeUnit.SECONDS));
            assertTrue(client.replace(key, 100, "another").get(WAIT_S, TimeUnit.SECONDS));
            CASValue<Object> read = client.gets(key);
            assertEquals(CASResponse.OK, client.cas(key, read.getCas(), "newer"));
            assertEquals(CASResponse.EXISTS, client.cas(key, read.getCas(), "older"));
            assertEquals(CASResponse.NOT_FOUND, client.cas(key + "-absent", 1, "x"));
            assertTrue(client.append(key, "+").get(WAIT_S, TimeUnit.SECONDS));
            assertTrue(client.prepend(key, "-").get(WAIT_S, TimeUnit.SECONDS));
            assertEquals(Map.of(key, "-newer+"), client.getBulk(List.of(key, key + "-absent")));
            assertTrue(client.touch(key, 100).get(WAIT_S, TimeUnit.SECONDS));
            if (isBinary) { // it has no gat for the text protocol
                assertEquals("-newer+", client.getAndTouch(key, 100).getValue());
            }
            assertEquals(5, client.incr(key + "-count", 1, 5));
            assertEquals(12, client.incr(key + "-count", 7, 5));
            assertEquals(0, client.decr(key + "-count", 100));
            assertTrue(client.delete(key).get(WAIT_S, TimeUnit.SECONDS));
            assertTrue(!client.delete(key).get(WAIT_S, TimeUnit.SECONDS));
            assertTrue(client.getStats().values().iterator().next().containsKey("pid"));
        } finally {
            client.shutdown(WAIT_S, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Order(1)
    void xmemcachedIsServed(boolean isBinary) throws Exception {
        net.rubyeye.xmemcached.MemcachedClient client = xmemcached(0, isBinary).build();
        String key = "x-" + isBinary;
        try {
            assertTrue(client.set(key, 0, "value"));
            assertEquals("value", client.get(key));
            assertTrue(!client.add(key, 0, "other"));
            assertTrue(client.replace(key, 100, "another"));
            GetsResponse<Object> read = client.gets(key);
            assertTrue(client.cas(key, 0, "newer", read.getCas()));
            assertTrue(!client.cas(key, 0, "older", read.getCas()));
            assertTrue(client.append(key, "+") && client.prepend(key, "-"));
            assertEquals(Map.of(key, "-newer+"), client.get(List.of(key, key + "-absent")));
            assertTrue(client.touch(key, 100));
            if (isBinary) {
                assertEquals("-newer+", client.getAndTouch(key, 100));
            }
            assertEquals(5, client.incr(key + "-count", 1, 5));
            assertEquals(12, client.incr(key + "-count", 7, 5));
            assertEquals(0, client.decr(key + "-count", 100));
            assertTrue(client.delete(key));
            assertTrue(!client.delete(key));
            assertTrue(client.getVersions().values().iterator().next().startsWith("1.6."));
        } finally {
            client.shutdown();
        }
    }

    @Test
    @Order(1)
    void bothLogInWithSasl() throws Exception {
        AuthDescriptor login = new AuthDescriptor(new String[] {"PLAIN"}, new PlainCallbackHandler(USER, PASSWORD));
        MemcachedClient spy =
                new MemcachedClient(spy(true).setAuthDescriptor(login).build(), List.of(gateway(1)));
        try {
            assertTrue(spy.set("sasl", 0, "by spymemcached").get(WAIT_S, TimeUnit.SECONDS));
        } finally {
            spy.shutdown(WAIT_S, TimeUnit.SECONDS);
        }
        MemcachedClientBuilder builder = xmemcached(1, true);
        builder.addAuthInfo(gateway(1), AuthInfo.plain(USER, PASSWORD));
        net.rubyeye.xmemcached.MemcachedClient other = builder.build();
        try {
            assertEquals("by spymemcached", other.get("sasl"));
        } finally {
            other.shutdown();
        }
    }

    @Test
    @Order(1)
    void whoDoesNotLogInIsNotServed() throws Exception {
        net.rubyeye.xmemcached.MemcachedClient client = xmemcached(1, true).build();
        try {
            assertThrows(MemcachedException.class, () -> client.set("sasl", 0, "by nobody"));
        } finally {
            client.shutdown();
        }
    }

    /** Writes and reads a key of its own again and again. */
    private static final class Worker {
        /** What a client does. */
        interface Client {
            boolean set(String key, String value) throws Exception;

            Object get(String key) throws Exception;
        }

        private volatile boolean isStopped;
        private volatile int rounds;
        private final CompletableFuture<Void> end;

        Worker(String name, Client client) {
            end = CompletableFuture.runAsync(() -> run(name, client));
        }

        private void run(String name, Client client) {
            try {
                for (int i = 1; !isStopped; i++) {
                    String key = name + i % 50;
                    assertTrue(client.set(key, "v" + i), () -> name + " does not store");
                    assertEquals("v" + i, client.get(key), () -> name + " does not read what it wrote");
                    rounds = i;
                }
            } catch (Exception e) {
                throw new AssertionError(name + " fails in round " + (rounds + 1), e);
            }
        }
    }

    @Test
    @Order(2)
    void twoClientsSeeNoErrorWhenAServerDies() throws Exception {
        MemcachedClient spy = new MemcachedClient(spy(true).build(), List.of(gateway(0)));
        net.rubyeye.xmemcached.MemcachedClient x = xmemcached(0, false).build();
        List<Worker> workers = List.of(
                new Worker("spymemcached", new Worker.Client() {
                    @Override
                    public boolean set(String key, String value) throws Exception {
                        return spy.set(key, 0, value).get(WAIT_S, TimeUnit.SECONDS);
                    }

                    @Override
                    public Object get(String key) {
                        return spy.get(key);
                    }
                }),
                new Worker("xmemcached", new Worker.Client() {
                    @Override
                    public boolean set(String key, String value) throws Exception {
                        return x.set(key, 0, value);
                    }

                    @Override
                    public Object get(String key) throws Exception {
                        return x.get(key);
                    }
                }));
        try {
            awaitRounds(workers, 50);
            cluster.server(0).kill();
            cluster.awaitStatus(
                    "the dead server leads nothing", status -> cluster.primariesOf(cluster.serverAddress(0)) == 0);
            awaitRounds(workers, 200);
            workers.forEach(worker -> worker.isStopped = true);
            for (Worker worker : workers) {
                worker.end.get(2 * WAIT_S, TimeUnit.SECONDS);
            }
        } finally {
            workers.forEach(worker -> worker.isStopped = true);
            spy.shutdown(WAIT_S, TimeUnit.SECONDS);
            x.shutdown();
        }
    }

    /** Until each has gone through so many rounds from now on, or failed. */
    private static void awaitRounds(List<Worker> workers, int count) {
        for (Worker worker : workers) {
            int goal = worker.rounds + count;
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> worker.rounds >= goal || worker.end.isDone());
        }
    }
}
