package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The memcached that this host has, or {@code -Dkumo.memcached=PROGRAM}; a test is skipped where there is no 1.6. */
final class RealMemcached implements AutoCloseable {
    private static final String VERSION = "memcached 1.6.";
    /** The first with the flags that kumo has and 1.6.18 has not. */
    private static final int LATER_PATCH = 27;
    /** Who else holds an item for a moment makes incr and decr forget that it was fetched. */
    private static final List<String> NO_OTHER_THREADS = List.of("-t", "1", "-o", "no_lru_maintainer,no_lru_crawler");

    private final Process process;
    private final int port = ProcessCluster.freePort();
    private final boolean isLater;

    private RealMemcached(String program, boolean isLater, Path directory) throws IOException {
        this.isLater = isLater;
        List<String> command = new ArrayList<>(List.of(program, "-u", System.getProperty("user.name")));
        command.addAll(List.of("-l", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(NO_OTHER_THREADS);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("memcached.out").toFile())
                .start();
    }

    /** One that answers. */
    static RealMemcached started(Path directory) throws IOException {
        String program = System.getProperty("kumo.memcached", "memcached");
        assumeTrue(CommandResult.isInstalled(program), program + " is not installed");
        String version = CommandResult.of(List.of(program, "-V")).stdout().strip();
        assumeTrue(version.matches("\\Q" + VERSION + "\\E\\d+"), version + " answers otherwise than 1.6");
        boolean isLater = Integer.parseInt(version.substring(VERSION.length())) >= LATER_PATCH;
        RealMemcached memcached = new RealMemcached(program, isLater, directory);
        await("memcached serves")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(ConnectException.class)
                .until(() -> {
                    try (TextClient client = TextClient.connect("127.0.0.1", memcached.port)) {
                        return client.set("is", "served").equals("STORED");
                    }
                });
        return memcached;
    }

    int port() {
        return port;
    }

    /** Whether it knows the flags that came after 1.6.18. */
    boolean isLater() {
        return isLater;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
