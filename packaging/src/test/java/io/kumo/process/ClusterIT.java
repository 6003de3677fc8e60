package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.MemcachedClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a memcached client and an operator see of a quiet cluster of real processes. */
class ClusterIT {
    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = ProcessCluster.running(directory, 1, 3, 1);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void everyCommandOfTheTextProtocolWorks() throws IOException {
        try (TextClient client = cluster.client()) {
            assertEquals("STORED", client.set("a", "one"));
            assertEquals("NOT_STORED", client.ask("add a 0 0 1\r\nx"));
            assertEquals("STORED", client.ask("replace a 7 0 3\r\ntwo"));
            assertEquals("STORED", client.ask("append a 0 0 2\r\n++"));
            assertEquals("STORED", client.ask("prepend a 0 0 2\r\n--"));
            assertEquals("--two++", client.value("a").orElseThrow());
            assertEquals("TOUCHED", client.ask("touch a 100"));
            assertEquals("VALUE a 7 7", client.ask("gat 0 a"));
            assertEquals("--two++", client.line());
            assertEquals("END", client.line());
            assertEquals("DELETED", client.ask("delete a"));
            assertEquals("NOT_FOUND", client.ask("delete a"));
            assertEquals("STORED", client.set("n", "10"));
            assertEquals("15", client.ask("incr n 5"));
            assertEquals("0", client.ask("decr n 99"));
            assertTrue(client.ask("version").startsWith("VERSION 1.6."));
            assertEquals("ERROR", client.ask("nonsense"));
        }
    }

    @Test
    void pipelinedAnswersKeepTheirOrder() throws IOException {
        try (TextClient client = cluster.client()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                requests.append("set p")
                        .append(i)
                        .append(" 0 0 4\r\n")
                        .append(1000 + i)
                        .append("\r\nget p")
                        .append(i);
                requests.append("\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 1000; i++) {
                assertEquals("STORED", client.line());
                assertEquals("VALUE p" + i + " 0 4", client.line());
                assertEquals("" + (1000 + i), client.line());
                assertEquals("END", client.line());
            }
        }
    }

    @Test
    void anExpiredKeyIsGone() throws IOException {
        try (TextClient client = cluster.client()) {
            assertEquals("STORED", client.ask("set gone 0 -1 1\r\nx"));
            assertTrue(client.value("gone").isEmpty());
        }
    }

    @Test
    void spymemcachedIsServed() throws Exception {
        MemcachedClient client =
                new MemcachedClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), cluster.gatewayPort(0)));
        try {
            assertTrue(client.set("spy", 0, "value").get(30, TimeUnit.SECONDS));
            assertEquals("value", client.get("spy"));
            CASValue<Object> read = client.gets("spy");
            assertEquals(CASResponse.OK, client.cas("spy", read.getCas(), "newer"));
            assertEquals(CASResponse.EXISTS, client.cas("spy", read.getCas(), "older"));
            assertEquals(Map.of("spy", "newer"), client.getBulk(List.of("spy", "absent")));
            assertTrue(client.delete("spy").get(30, TimeUnit.SECONDS));
        } finally {
            client.shutdown(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void kumoctlShowsTheCluster() {
        String text = cluster.kumoctl("status");
        assertTrue(text.contains("attached node:\n"), text);
        assertTrue(text.contains("(active)"), text);
        assertTrue(text.contains("not attached node:\n"), text);
        ClusterStatus status = cluster.status();
        assertEquals(1024, status.number("partitions"));
        assertEquals(1024, status.sumOverServers("primaries"));
        assertEquals(3 * 1024, status.sumOverServers("copies"));
    }

    @Test
    void allCopiesAreEqualAndAreMadeAnewWhenAskedFor() throws IOException {
        try (TextClient client = cluster.client()) {
            for (int i = 0; i < 200; i++) {
                assertEquals("STORED", client.set("copied" + i, "value" + i));
            }
            String equal = cluster.kumoctl("verify", "--all", "--repair");
            assertTrue(equal.contains("all copies are equal"), equal);
            String anew = cluster.kumoctl("full-replace");
            assertTrue(anew.contains("2048 copies"), anew);
            cluster.awaitHealthy();
            for (int i = 0; i < 200; i++) {
                assertEquals("value" + i, client.value("copied" + i).orElseThrow());
            }
            cluster.kumoctl("verify");
        }
    }

    @Test
    void kumoctlTellsWhereAKeyLives() {
        String text = cluster.kumoctl("hash", "some-key");
        assertTrue(text.contains("some-key") && text.contains("primary"), text);
    }
}
