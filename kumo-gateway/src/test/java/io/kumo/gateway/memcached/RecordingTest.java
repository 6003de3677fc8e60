package io.kumo.gateway.memcached;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the files say that memcached answers, it does: a sample is played to one, where the version that they were
 * recorded with is installed. With {@code -Dkumo.rewrite=true} all are, and the files say what it answered.
 */
class RecordingTest {
    private static final String VERSION = "memcached 1.6.18";
    private static final Path FILES = Path.of("src/test/resources/io/kumo/gateway/memcached");
    private static final int SAMPLE = 250;
    private static final int AT_ONCE = 8;
    /** Whoever has not closed the connection for so long after its answer, does not. */
    private static final int QUIET_MS = 200;

    @TempDir
    private Path directory;

    private record Answer(String reply, boolean closed) {}

    @BeforeEach
    void isInstalled() throws Exception {
        String version;
        try {
            Process process = new ProcessBuilder("memcached", "-V").start();
            version = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            version = "none";
        }
        Assumptions.assumeTrue(version.startsWith(VERSION), VERSION + " is not installed");
    }

    @Test
    void theFilesSayWhatMemcachedSays() throws Exception {
        boolean rewrite = Boolean.getBoolean("kumo.rewrite");
        for (String file : Conversation.FILES) {
            List<String> before = Files.readAllLines(FILES.resolve(file));
            List<String> requests =
                    before.stream().filter(line -> line.startsWith("> ")).toList();
            List<String> after = replaced(before, answers(requests, rewrite ? 1 : SAMPLE));
            if (rewrite) {
                Files.write(FILES.resolve(file), after);
            } else {
                assertEquals(before, after, file);
            }
        }
    }

    private List<Future<Answer>> answers(List<String> requests, int step) {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            byte[] request = Script.bytes(requests.get(i).substring(2)).unsafeArray();
            answers.add(i % step == 0 ? threads.submit(() -> ask(request)) : null);
        }
        threads.shutdown();
        return answers;
    }

    /** The lines with the answers for those requests that have one. */
    private static List<String> replaced(List<String> lines, List<Future<Answer>> answers) throws Exception {
        List<String> result = new ArrayList<>();
        int next = 0;
        Answer answer = null;
        boolean own = false;
        for (String line : lines) {
            if (line.startsWith("> ")) {
                Future<Answer> asked = answers.get(next++);
                answer = asked == null ? null : asked.get();
                own = false;
                result.add(line);
                if (answer != null) {
                    result.add("< " + answer.reply());
                    if (answer.closed()) {
                        result.add("closed");
                    }
                }
                continue;
            }
            own |= line.startsWith("! ");
            boolean said = line.startsWith("< ") || (line.equals("closed") && !own);
            if (answer == null || !said) {
                result.add(line);
            }
        }
        return result;
    }

    /** What one of its own says. */
    private Answer ask(byte[] request) throws Exception {
        Path socket = Files.createTempFile(directory, "memcached", ".sock");
        Files.delete(socket);
        Process memcached = new ProcessBuilder(
                        "memcached",
                        "-u",
                        System.getProperty("user.name"),
                        "-s",
                        socket.toString(),
                        "-t",
                        "1",
                        "-m",
                        "16")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (SocketChannel channel = connect(socket)) {
            for (ByteBuffer left = ByteBuffer.wrap(request); left.hasRemaining(); ) {
                channel.write(left);
            }
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            boolean closed = read(channel, reply, QUIET_MS);
            if (!closed) {
                channel.shutdownOutput();
                read(channel, reply, 10_000);
            }
            return new Answer(Script.written(reply.toByteArray()), closed);
        } finally {
            memcached.destroyForcibly().waitFor();
        }
    }

    private static SocketChannel connect(Path path) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .pollInSameThread()
                .ignoreExceptions()
                .until(() -> SocketChannel.open(UnixDomainSocketAddress.of(path)), SocketChannel::isConnected);
    }

    /** Until the end, or until nothing came for so long: whether it was the end. */
    private static boolean read(SocketChannel channel, ByteArrayOutputStream reply, int quietMs) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_READ);
            while (selector.select(quietMs) > 0) {
                selector.selectedKeys().clear();
                int count = channel.read(buffer);
                if (count < 0) {
                    return true;
                }
                reply.write(buffer.array(), 0, count);
                buffer.clear();
            }
            return false;
        } catch (IOException e) {
            return true; // closed with bytes that it had not read
        }
    }
}
