package io.kumo.gateway.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that mean ill, or are broken: they end, memory stays bounded, others are served. */
class LimitsTest extends GatewayCase {
    /** -Dchurn=100000 for a longer run. */
    private static final int CHURN = Integer.getInteger("churn", 4000);

    static IntStream seeds() {
        return IntStream.range(0, Integer.getInteger("seeds", 12));
    }

    private void start(ClientLimits limits) throws Exception {
        OptionsBuilder options = new OptionsBuilder();
        options.limits = limits;
        startGateway(options.build());
        publish(table(List.of(first, second)));
    }

    private long held() {
        long held = 0;
        for (GatewayLoop loop : gateway.loops()) {
            held += loop.heldBytes();
        }
        return held;
    }

    private static void assertServed(Client client) throws IOException {
        assertEquals("STORED", client.ask("set other 0 0 1\r\nx"));
        assertEquals("VALUE other 0 1", client.ask("get other"));
        assertEquals("x", client.line());
        assertEquals("END", client.line());
    }

    @Test
    void idleClientsAreDisconnected() throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 1_500, 60_000));
        try (Client idle = new Client(port)) {
            assertEquals("MN", idle.ask("mn"));
            assertEquals("", idle.rest());
        }
        assertEquals(1, gateway.stats().total(Count.IDLE_KICKS));
    }

    @Test
    void aClientThatStopsInTheMiddleOfACommandIsDisconnected() throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 0, 300));
        try (Client quiet = new Client(port)) {
            for (String part : List.of("ge", "set a 0 0 1000\r\nxyz", "set a 0 0 100000000\r\nxyz")) {
                try (Client slow = new Client(port)) {
                    slow.send(part);
                    String rest = slow.rest();
                    assertTrue(rest.isEmpty() || rest.startsWith("SERVER_ERROR object too large"), rest);
                }
            }
            assertServed(quiet); // a client between commands may wait as long as it likes
        }
        assertEquals(3, gateway.stats().total(Count.STALL_KICKS));
    }

    @Test
    void aClientThatDoesNotReadIsDisconnected() throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 0, 500));
        try (Client slow = new Client(port);
                Client other = new Client(port)) {
            // Small enough to be sent at once: on a busy machine a larger one might stop in the middle for too long.
            assertEquals("STORED", slow.ask("set big 0 0 50000\r\n" + "v".repeat(50_000)));
            slow.send("get big\r\n".repeat(2000));
            await().atMost(Duration.ofSeconds(30)).until(() -> gateway.stats().total(Count.STALL_KICKS) == 1);
            await().until(() -> gateway.connections() == 1);
            await().untilAsserted(() -> assertTrue(held() < 10_000, held() + " bytes held"));
            assertServed(other);
        }
    }

    @Test
    void manyClientsThatDoNotReadTakeBoundedMemoryAndHarmNobody() throws Exception {
        start(new ClientLimits(300, 4 << 20, 16 << 20, 0, 60_000));
        List<Client> slow = new ArrayList<>();
        try (Client other = new Client(port)) {
            assertEquals("STORED", other.ask("set big 0 0 1000000\r\n" + "v".repeat(1_000_000)));
            long most = 0;
            for (int i = 0; i < 40; i++) {
                Client client = Client.withSmallBuffer(port);
                slow.add(client);
                client.send("get big\r\n".repeat(30));
                most = Math.max(most, held());
                assertServed(other);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> gateway.stats().total(Count.STALL_KICKS) > 0);
            assertTrue(most < 2 * 16_800_000 + 8_000_000, most + " bytes held");
            assertServed(other);
        }
        for (Client client : slow) {
            client.close();
        }
        await().until(() -> gateway.connections() == 0 && held() == 0);
    }

    @Test
    void endlessLinesAndValuesEndOrAreSwallowedInBoundedMemory() throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 0, 60_000));
        byte[] part = "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        try (Client other = new Client(port)) {
            for (String begin : List.of("", "get ", "set a 0 0 2000000000\r\n", "gat 0 ")) {
                try (Client endless = new Client(port)) {
                    endless.send(begin);
                    assertEnds(endless, part, begin.startsWith("set"));
                }
                assertServed(other);
            }
        }
    }

    private void assertEnds(Client endless, byte[] part, boolean swallowed) throws Exception {
        for (int i = 0; i < 60; i++) {
            try {
                endless.send(part);
            } catch (IOException closed) {
                assertTrue(!swallowed, "closed");
                return;
            }
            assertTrue(held() < 5_000_000, held() + " bytes held");
        }
        if (!swallowed) {
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    endless.send(part);
                }
            });
        }
    }

    @Test
    void clientsThatComeAndGoLeaveNothing() throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 0, 60_000));
        Random random = new Random(1);
        try (Client other = new Client(port)) {
            for (int i = 0; i < CHURN; i++) {
                try (Client client = new Client(port)) {
                    switch (random.nextInt(5)) {
                        case 0 -> assertEquals("MN", client.ask("mn"));
                        case 1 -> client.send("set a 0 0 100\r\nx");
                        case 2 -> client.send("get other\r\n");
                        case 3 -> client.send("set b 0 0 1\r\nx\r\nget b\r\n").endOutput();
                        default -> {}
                    }
                }
                if (i % 500 == 0) {
                    await().until(() -> gateway.connections() < 50);
                    assertServed(other);
                }
            }
            await().until(() -> gateway.connections() == 1 && held() == 0);
            assertEquals(1, gateway.sessions().size());
            assertServed(other);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomBytesHarmNobody(int seed) throws Exception {
        start(new ClientLimits(100, 4 << 20, 64 << 20, 0, 60_000));
        Random random = new Random(seed);
        try (Client other = new Client(port)) {
            for (int i = 0; i < 30; i++) {
                try (Client noisy = new Client(port)) {
                    for (int part = 0; part < 10; part++) {
                        noisy.send(noise(random));
                    }
                } catch (IOException closed) {
                    assertTrue(gateway.connections() >= 0); // the gateway had enough of it
                }
                assertTrue(held() < 20_000_000, held() + " bytes held");
            }
            assertServed(other);
            await().until(() -> gateway.connections() == 1);
        }
    }

    /** Bytes that begin like one of the protocols, or like nothing. */
    private static byte[] noise(Random random) {
        byte[] bytes = new byte[1 + random.nextInt(4000)];
        random.nextBytes(bytes);
        List<String> begins = List.of(
                "get ",
                "set a 0 0 10\r\n",
                "gats 1 ",
                "mg a v t\r\n",
                "ms a 100000\r\n",
                "me a\r\n",
                "incr a 1\r\n",
                "stats conns\r\n",
                "\u0080\u0001\u0000\u0001\b",
                "\u0080\u0000\u0000\u0001",
                "\u0080 ",
                "\u0016\u0003\u0001",
                "GET / HTTP/1.1\r\n",
                "touch a 1\r\n");
        for (int i = 0; i < bytes.length; i += 1 + random.nextInt(200)) {
            byte[] begin = begins.get(random.nextInt(begins.size())).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(begin, 0, bytes, i, Math.min(begin.length, bytes.length - i));
        }
        return bytes;
    }
}
