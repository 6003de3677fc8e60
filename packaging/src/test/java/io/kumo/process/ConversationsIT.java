package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.gateway.memcached.Conversation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway with a real cluster behind it answers as memcached: what was recorded with it, and random commands that
 * both get. What names a cas unique in a recorded request is left to the gateway's own test, and its simpler store.
 */
class ConversationsIT {
    private static final int SHOWN = 30;
    private static final long FIRST_SEED = Long.getLong("kumo.seed", 1);
    private static final long SEEDS = Long.getLong("kumo.differential", 60);
    private static final int SEEDS_AT_ONCE = 4;
    private static final int SEEDS_SHOWN = 10;
    private static final int SHOWN_LINES = 8;
    private static final int ANSWER_WITHIN_MS = 20_000;
    private static final int HEADER_BYTES = 24;
    private static final int CAS_AT = 16;
    private static final int LENGTH_AT = 8;
    private static final int REPLY_MAGIC = 0x81;

    /** In the text protocols: cas, C, E; in a frame of the binary one: c. */
    private static final Pattern NAMES_A_CAS = Pattern.compile("(^|\\\\n)cas | [CE]\\d|\\\\b\\[[^\\]]* c:");

    private static final Pattern TOLD_A_CAS =
            Pattern.compile("(?m)^(VALUE \\S+ \\d+ \\d+ |(?:HD|VA|EN|NF|NS|EX)\\b[^\\r\\n]* c|ME [^\\r\\n]* cas=)\\d+");

    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster =
                new ProcessCluster(directory).managersWith("--partitions", "4").run(1, 3, 0, "--store-mode", "memory");
        cluster.addGateway("--enable-flush-all").awaitReady();
        await("the gateway serves").atMost(Duration.ofSeconds(30)).until(ConversationsIT::isEmptied);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static boolean isEmptied() throws IOException {
        try (TextClient client = cluster.client()) {
            return client.ask("flush_all").equals("OK");
        }
    }

    /** Byte for byte, but for cas uniques, which are other numbers here. */
    @Test
    void aClusterAnswersAsMemcachedDid() throws IOException {
        List<String> differences = new ArrayList<>();
        int played = 0;
        try (TextClient cleaner = cluster.client()) {
            for (Conversation conversation : Conversation.recorded()) {
                if (NAMES_A_CAS.matcher(conversation.text()).find()) {
                    continue;
                }
                played++;
                assertEquals("OK", cleaner.ask("flush_all"));
                byte[] said = said(conversation);
                String wanted = masked(conversation, conversation.reply().unsafeArray());
                String got = masked(conversation, said);
                if (!wanted.equals(got)) {
                    differences.add("> " + conversation.text() + "\n< " + wanted + "\n= " + got + "\n");
                }
            }
        }
        List<String> some = differences.subList(0, Math.min(SHOWN, differences.size()));
        assertEquals(0, differences.size(), () -> String.join("\n", some));
        assertTrue(played > 1000, played + " conversations");
    }

    /**
     * Commands of all three protocols from seeds, but for what docs/MEMCACHED.md lists as different.
     * {@code -Dkumo.seed=FIRST -Dkumo.differential=COUNT} are other seeds.
     */
    @Test
    void aClusterAnswersRandomCommandsAsMemcachedDoes() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(SEEDS_AT_ONCE);
        List<String> differences = new ArrayList<>();
        try (RealMemcached memcached = RealMemcached.started(directory);
                TextClient client = cluster.client()) {
            assertEquals("STORED", client.set("is", "served")); // so that no other record has the first cas unique
            List<Future<Optional<String>>> runs = LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
                    .mapToObj(seed -> new Differential(seed, memcached, cluster.gatewayPort(0)))
                    .map(differential -> threads.submit(differential::run))
                    .toList();
            for (Future<Optional<String>> run : runs) {
                run.get().ifPresent(differences::add);
                if (differences.size() >= SEEDS_SHOWN) {
                    break;
                }
            }
        } finally {
            threads.shutdownNow();
        }
        Path all = Path.of("target", "differences.txt");
        Files.writeString(all, String.join("\n\n", differences));
        assertTrue(
                differences.isEmpty(),
                () -> all + " has all that was said, the first difference is\n" + end(differences.get(0)));
    }

    /** A message of hundreds of lines has made Surefire wait for ever. */
    private static String end(String difference) {
        List<String> lines = difference.lines().toList();
        return lines.get(0) + "\n"
                + String.join("\n", lines.subList(Math.max(1, lines.size() - SHOWN_LINES), lines.size()));
    }

    private static byte[] said(Conversation conversation) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), cluster.gatewayPort(0))) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_WITHIN_MS);
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            socket.getOutputStream().write(conversation.request().unsafeArray());
            if (!conversation.closed()) {
                socket.shutdownOutput();
            }
            socket.getInputStream().transferTo(said);
            return said.toByteArray();
        }
    }

    /** As the files have it, without cas uniques. */
    private static String masked(Conversation conversation, byte[] reply) {
        if (!conversation.isBinary()) {
            String text = new String(reply, StandardCharsets.ISO_8859_1);
            byte[] masked = TOLD_A_CAS.matcher(text).replaceAll("$1#").getBytes(StandardCharsets.ISO_8859_1);
            return Conversation.written(masked);
        }
        byte[] masked = reply.clone();
        int at = 0;
        while (at + HEADER_BYTES <= masked.length && (masked[at] & 0xff) == REPLY_MAGIC) {
            ByteBuffer frame = ByteBuffer.wrap(masked);
            frame.putLong(at + CAS_AT, Long.signum(frame.getLong(at + CAS_AT)));
            at += HEADER_BYTES + frame.getInt(at + LENGTH_AT);
        }
        return Conversation.written(masked);
    }
}
