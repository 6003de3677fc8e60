package io.kumo.gateway.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatewayTest extends GatewayCase {
    @Test
    void saysWhyItCannotServeBeforeThereIsATable() throws Exception {
        startGateway();
        try (Client client = new Client(port)) {
            assertEquals("SERVER_ERROR no partition table yet: attach servers first", client.ask("get a"));
            assertEquals("SERVER_ERROR no partition table yet: attach servers first", client.ask("set a 0 0 1\r\nx"));
            assertEquals("SERVER_ERROR no partition table yet: attach servers first", client.ask("flush_all"));
            assertEquals("VERSION 1.6.27", client.ask("version"));
            publish(table(List.of(first, second)));
            assertEquals("MN", client.ask("mn"));
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
        }
    }

    @Test
    void answersPipelinedCommandsInTheirOrder() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        Random random = new Random(7);
        StringBuilder request = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        int[] values = new int[20];
        for (int i = 0; i < 5000; i++) {
            int key = random.nextInt(values.length);
            if (random.nextInt(3) == 0) {
                values[key] = i;
                String value = Integer.toString(i);
                request.append("set k" + key + " 0 0 " + value.length() + "\r\n" + value + "\r\n");
                expected.append("STORED\r\n");
            } else if (random.nextInt(10) == 0) {
                request.append("nonsense\r\n");
                expected.append("ERROR\r\n");
            } else {
                String value = Integer.toString(values[key]);
                request.append("get k" + key + "\r\n");
                expected.append(
                        values[key] == 0
                                ? "END\r\n"
                                : "VALUE k" + key + " 0 " + value.length() + "\r\n" + value + "\r\nEND\r\n");
            }
        }
        try (Client client = new Client(port)) {
            client.send(request.toString());
            assertEquals(expected.toString(), client.read(expected.length()));
        }
    }

    @Test
    void carriesOutEverythingOfAClientThatOnlySends() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            StringBuilder request = new StringBuilder();
            for (int i = 0; i < 3000; i++) {
                request.append("set k" + i + " 0 0 1 noreply\r\nx\r\n");
            }
            client.send(request.toString()).endOutput();
            assertEquals("", client.rest());
        }
        assertEquals(3000, store.size());
    }

    @Test
    void swallowsATooLargeValueWithoutKeepingIt() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            client.send("set big 0 0 100000000\r\n");
            byte[] part = new byte[1_000_000];
            for (int i = 0; i < 100; i++) {
                client.send(part);
            }
            client.send("\r\n");
            assertEquals("SERVER_ERROR object too large for cache", client.line());
            assertEquals("MN", client.ask("mn"));
        }
    }

    @Test
    void readsManyLargeValuesInOneCommand() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        String value = "v".repeat(200_000);
        StringBuilder keys = new StringBuilder("get");
        long length = 0;
        try (Client client = new Client(port)) {
            for (int i = 0; i < 60; i++) {
                assertEquals("STORED", client.ask("set big" + i + " 3 0 200000\r\n" + value));
                keys.append(" big").append(i).append(" missing").append(i);
                length += ("VALUE big" + i + " 3 200000\r\n").length() + 200_002;
            }
            client.send(keys + "\r\n");
            assertTrue(client.read((int) length).endsWith("v\r\n"));
            assertEquals("END", client.line());
        }
    }

    @Test
    void stopsReadingFromAClientThatDoesNotRead() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client slow = new Client(port);
                Client other = new Client(port)) {
            assertEquals("STORED", slow.ask("set big 0 0 1000000\r\n" + "v".repeat(1_000_000)));
            int wanted = 300;
            slow.send("get big\r\n".repeat(wanted));
            for (int i = 0; i < 200; i++) {
                assertEquals("END", other.ask("get nothing"));
            }
            long held = 0;
            for (GatewayLoop loop : gateway.loops()) {
                held += loop.heldBytes();
            }
            assertTrue(held < 80_000_000, held + " bytes held for a client that does not read");
            String one = "VALUE big 0 1000000\r\n" + "v".repeat(1_000_000) + "\r\nEND\r\n";
            for (int i = 0; i < wanted; i++) {
                assertEquals(one, slow.read(one.length()));
            }
        }
    }

    @Test
    void refusesClientsAboveTheLimit() throws Exception {
        startGateway();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Client client = new Client(port);
            clients.add(client);
            assertEquals("MN", client.ask("mn"));
        }
        try (Client refused = new Client(port)) {
            assertEquals("ERROR Too many open connections\r\n", refused.rest());
        }
        clients.get(0).close();
        for (Client client : clients) {
            client.close();
        }
    }

    @Test
    void flushesTheWholeClusterExactly() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            for (int i = 0; i < 50; i++) {
                client.ask("set k" + i + " 0 0 1\r\nx");
            }
            first.writes().clear();
            second.writes().clear();
            client.send("set last 0 0 1\r\nx\r\nflush_all\r\nset after 0 0 1\r\ny\r\nget last after\r\n");
            assertEquals("STORED", client.line());
            assertEquals("OK", client.line());
            assertEquals("STORED", client.line());
            assertEquals("VALUE after 0 1", client.line());
            assertEquals("y", client.line());
            assertEquals("END", client.line());
            assertEquals(PARTITIONS + 2, first.writes().size() + second.writes().size());
        }
    }

    @Test
    void answersWhatIsUnderWayWhenItStops() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            assertEquals("MN", client.ask("mn"));
            client.send("set a 0 0 1\r\nx\r\n");
            gateway.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            String rest;
            try {
                rest = client.rest();
            } catch (SocketException e) {
                rest = ""; // it stopped before it read the command
            }
            assertTrue(rest.equals("STORED\r\n") || rest.isEmpty(), rest);
            assertFalse(rest.isEmpty() && store.size() > 0, "carried out and not answered");
        }
    }

    @Test
    void tellsItsFigures() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        try (Client client = new Client(port)) {
            client.ask("set a 0 0 1\r\nx");
            client.ask("get b");
            client.send("stats\r\n");
            List<String> lines = new ArrayList<>();
            for (String line = client.line(); !line.equals("END"); line = client.line()) {
                lines.add(line);
            }
            assertTrue(lines.contains("STAT cmd_set 1"), lines.toString());
            assertTrue(lines.contains("STAT get_misses 1"), lines.toString());
            assertTrue(lines.contains("STAT curr_connections 1"), lines.toString());
            assertTrue(lines.contains("STAT kumo_table_version 1"), lines.toString());
        }
    }

    @Test
    void waitsForTheFirstTableWhileOneIsExpected() throws Exception {
        startGateway();
        gateway.expectTable(true);
        try (Client client = new Client(port)) {
            client.send("set a 0 0 1\r\nx\r\nget a\r\nmn\r\n");
            await().until(() -> gateway.stats().waiting() == 1);
            publish(table(List.of(first, second)));
            assertEquals("STORED", client.line());
            assertEquals("VALUE a 0 1", client.line());
        }
    }

    @Test
    void putsThePrefixBeforeEveryKey() throws Exception {
        OptionsBuilder options = new OptionsBuilder();
        options.eventLoops = 2;
        options.staleReads = true;
        options.asyncSet = true;
        options.keyPrefix = Bytes.utf8("pre:");
        startGateway(options.build());
        publish(table(List.of(first, second)));
        try (Client client = new Client(port);
                Client other = new Client(port)) {
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
            assertEquals("VALUE a 0 1", other.ask("get a"));
            assertEquals("x", other.line());
            assertEquals("END", other.line());
            String longest = "k".repeat(246);
            assertEquals("STORED", other.ask("set " + longest + " 0 0 1\r\nx"));
            assertEquals("CLIENT_ERROR bad command line format", other.ask("get k" + longest));
        }
        List<Write> writes = new ArrayList<>(first.writes());
        writes.addAll(second.writes());
        assertTrue(writes.stream().allMatch(write -> write.key().toUtf8().startsWith("pre:") && write.async()));
    }
}
