package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do what no client should, all at once, at a gateway that serves a good one. */
@Tag("alone")
class RoughClientsIT {
    /** Clients that come and go; {@code -Dkumo.connects=N} for more. */
    private static final int CONNECTS = Integer.getInteger("kumo.connects", 5_000);

    /** Of the good client, at least. */
    private static final int ROUNDS = 20;

    private static final int SLOW_READERS = 50;
    /**
     * What the buffers of so many clients take is under way first: 3 to 6 s on a slow machine that has just started.
     */
    private static final String PATIENCE = "15s";

    private static final int ENDLESS = 20;
    private static final int RANDOM = 40;
    private static final int MEGABYTE = 1 << 20;
    /** The heap of a gateway and what Java needs beside it. */
    private static final long MOST_RSS_KB = 450 << 10;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path directory;

    private int port;

    @Test
    void harmNobodyAndLeaveNothing() throws Exception {
        ExecutorService rough = Executors.newFixedThreadPool(4);
        try (ProcessCluster cluster = ProcessCluster.running(directory, 1, 1, 0)) {
            cluster.addGateway("--timeout", PATIENCE).awaitReady();
            harm(cluster, rough);
        } finally {
            rough.shutdownNow();
        }
    }

    private void harm(ProcessCluster cluster, ExecutorService rough) throws Exception {
        port = cluster.gatewayPort(0);
        try (TextClient good = cluster.client()) {
            assertEquals("STORED", good.set("big", "v".repeat(MEGABYTE - 100)));
            List<Socket> unread = new ArrayList<>();
            for (int i = 0; i < SLOW_READERS; i++) {
                unread.add(send(connect(), "get big\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII)));
            }
            Future<?> comeAndGo = rough.submit(this::comeAndGo);
            List<Future<?>> others = List.of(
                    rough.submit(() -> keepSending(ENDLESS, random -> filled('k'))),
                    rough.submit(() -> keepSending(RANDOM, RoughClientsIT::noise)),
                    rough.submit(() -> keepSending(RANDOM, RoughClientsIT::almostCommands)));

            int rounds = 0;
            while (!comeAndGo.isDone() || rounds < ROUNDS) {
                assertEquals("STORED", good.set("key" + rounds, "value" + rounds));
                assertEquals(Optional.of("value" + rounds), good.value("key" + rounds));
                rounds++;
            }
            comeAndGo.get();
            long rssKb = rssKb(cluster.gateway(0));
            assertTrue(rssKb < MOST_RSS_KB, "the gateway has " + rssKb + " KiB");
            rough.shutdownNow();
            for (Future<?> other : others) {
                other.get(30, TimeUnit.SECONDS);
            }
            assertTrue(rough.awaitTermination(30, TimeUnit.SECONDS));
            for (Socket socket : unread) {
                socket.close();
            }
            await("only the good one is left").atMost(Duration.ofSeconds(30)).until(() -> connections(good) == 1);
            for (Daemon daemon : cluster.all()) {
                assertFalse(daemon.printed().contains("\tat "), daemon::printed);
                daemon.stop();
            }
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static Socket send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return socket;
    }

    /** Without a word, in the middle of a command, with an answer unread; politely or by a reset. */
    private Void comeAndGo() throws IOException {
        List<String> parts = List.of("", "get", "set a 0 0 1000\r\nabc", "mn\r\n", "get big\r\n", "\u0080\u0000");
        for (int i = 0; i < CONNECTS; i++) {
            try (Socket socket = connect()) {
                send(socket, parts.get(i % parts.size()).getBytes(StandardCharsets.ISO_8859_1));
                socket.setSoLinger(i % 2 == 0, 0);
            }
        }
        return null;
    }

    private interface Content {
        byte[] next(Random random);
    }

    /** From so many connections in turn, each anew when the gateway closes it, until this thread is interrupted. */
    private Void keepSending(int connections, Content content) throws IOException {
        Random random = new Random(connections);
        Socket[] sockets = new Socket[connections];
        try {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i = (i + 1) % connections) {
                if (sockets[i] == null) {
                    sockets[i] = connect();
                }
                try {
                    OutputStream out = sockets[i].getOutputStream();
                    out.write(content.next(random));
                    sockets[i].getInputStream().skip(sockets[i].getInputStream().available());
                } catch (IOException closed) {
                    sockets[i].close();
                    sockets[i] = null;
                }
            }
        } finally {
            for (Socket socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
        return null;
    }

    private static byte[] filled(char each) {
        byte[] bytes = new byte[1_000];
        Arrays.fill(bytes, (byte) each);
        return bytes;
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(2_000)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Lines of words that mean something, in any order. */
    private static byte[] almostCommands(Random random) {
        List<String> words = List.of(
                "get",
                "set",
                "rough",
                "0",
                "-1",
                "99999999999999999999",
                "mg",
                "ms",
                "S10",
                "\r\n",
                "\n",
                "noreply",
                "");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            text.append(words.get(random.nextInt(words.size()))).append(' ');
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static long rssKb(Daemon daemon) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static int connections(TextClient client) throws IOException {
        client.send("stats\r\n");
        int found = -1;
        for (String line = client.line(); !line.equals("END"); line = client.line()) {
            if (line.startsWith("STAT curr_connections ")) {
                found = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return found;
    }
}
