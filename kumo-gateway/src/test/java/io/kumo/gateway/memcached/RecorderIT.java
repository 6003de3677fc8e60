package io.kumo.gateway.memcached;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kumo.base.HostPort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whether the recorded conversations are what memcached says, where the version that they were recorded with is. */
class RecorderIT {
    private static final Path MEMCACHED = Path.of("/usr/bin/memcached");

    static List<Conversation> conversations() {
        return Conversation.recorded();
    }

    @BeforeAll
    static void isInstalled() throws IOException {
        assumeTrue(Files.isExecutable(MEMCACHED), "no memcached");
        Process process = new ProcessBuilder(MEMCACHED.toString(), "-V").start();
        String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assumeTrue(version.startsWith("memcached 1.6.18"), version);
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void memcachedSaysWhatWasRecorded(Conversation conversation) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process memcached = new ProcessBuilder(
                        MEMCACHED.toString(), "-u", "nobody", "-l", "127.0.0.1", "-U", "0", "-p", String.valueOf(port))
                .start();
        try {
            Recorder recorder = new Recorder(new HostPort("127.0.0.1", port));
            int bytes = conversation.closed() ? -1 : conversation.reply().length();
            Recorder.Answer answer = Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .pollDelay(Duration.ofMillis(20))
                    .ignoreExceptionsMatching(e -> e instanceof ConnectException)
                    .until(() -> recorder.play(conversation.request(), bytes), found -> true);
            assertEquals(
                    text(conversation.reply().toArray()), text(answer.reply().toArray()));
        } finally {
            memcached.destroyForcibly();
            memcached.waitFor(5, TimeUnit.SECONDS);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
