package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that others wrote, as a host has them: each test is skipped where its program is not installed
 * ({@code .ci/run} installs all).
 */
class ClientsIT {
    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = ProcessCluster.running(directory, 1, 1, 0);
        cluster.addGateway("--enable-flush-all").awaitReady();
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String server() {
        return "--servers=127.0.0.1:" + cluster.gatewayPort(0);
    }

    /** Runs it, if it is there. */
    private static CommandResult run(String... command) {
        Assumptions.assumeTrue(CommandResult.isInstalled(command[0]), () -> command[0] + " is not installed");
        return CommandResult.of(List.of(command));
    }

    private static String must(String... command) {
        CommandResult result = run(command);
        assertEquals(0, result.exit(), () -> String.join(" ", command) + ": " + result.output());
        return result.stdout();
    }

    @Test
    void theToolsOfLibmemcachedAreServed() throws IOException {
        Path file = Files.writeString(directory.resolve("greeting"), "hello from a file");
        must("memcping", server());
        must("memccp", server(), file.toString());
        assertEquals("hello from a file", must("memccat", server(), "greeting").strip());
        must("memcexist", server(), "greeting");
        must("memctouch", server(), "--expire=1000", "greeting");
        assertTrue(must("memcstat", server()).contains("pid:"));
        must("memcrm", server(), "greeting");
        assertTrue(run("memccat", server(), "greeting").stdout().isBlank());
        assertTrue(run("memcexist", server(), "greeting").exit() != 0);
    }

    /** Its own suite of the text protocol: "All tests passed". */
    @Test
    void theSuiteOfLibmemcachedPasses() {
        String port = Integer.toString(cluster.gatewayPort(0));
        CommandResult result = run("memccapable", "-h", "127.0.0.1", "-p", port, "-t", "10", "-a");
        assertEquals(0, result.exit(), result::output);
        assertTrue(result.output().contains("All tests passed"), result::output);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/usr/bin/python3, -c, import pymemcache, pymemcache_check.py",
                "/usr/bin/python3, -c, import pylibmc, pylibmc_check.py",
                "/usr/bin/python3, -c, import bmemcached, bmemcached_check.py",
                "php, -r, exit(extension_loaded('memcached') ? 0 : 1);, php_check.php",
                "node, -e, require('memjs'), memjs_check.js"
            })
    void librariesOfOtherLanguagesAreServed(String program, String option, String probe, String script)
            throws IOException {
        Assumptions.assumeTrue(run(program, option, probe).exit() == 0, () -> probe + ": not installed");
        isServed(List.of(program), script);
    }

    private static void isServed(List<String> program, String script, String... further) throws IOException {
        Path copy = directory.resolve(script);
        try (InputStream text = ClientsIT.class.getResourceAsStream("/" + script)) {
            Files.copy(text, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(copy.toString(), "127.0.0.1", Integer.toString(cluster.gatewayPort(0))));
        command.addAll(List.of(further));
        String said = must(command.toArray(String[]::new));
        assertTrue(said.contains("is served"), said);
    }

    @Test
    void dalliIsServedInTheBinaryProtocol() throws IOException {
        Assumptions.assumeTrue(run("ruby", "-e", "require 'dalli'").exit() == 0, "Dalli is not installed");
        isServed(List.of("ruby"), "dalli_check.rb", "binary");
    }

    /** Dalli 3.0 speaks binary only, so that of a later Debian is taken. */
    @Test
    void dalliIsServedInTheMetaProtocol() throws IOException {
        Assumptions.assumeTrue(CommandResult.isInstalled("ruby"), "ruby is not installed");
        Path gems = DebianPackages.files("ruby-dalli", "trixie").resolve("usr/share/rubygems-integration/all/gems");
        try (Stream<Path> versions = Files.list(gems)) {
            Path library = versions.findFirst().orElseThrow().resolve("lib");
            isServed(List.of("ruby", "-I" + library), "dalli_check.rb", "meta");
        }
    }

    /** From 5 on it speaks meta only; {@code -Ddalli.source=DIR} says where one was unpacked. */
    @Test
    void dalliThatIsGivenIsServed() throws IOException {
        String source = System.getProperty("dalli.source", "");
        Assumptions.assumeTrue(!source.isEmpty(), "-Ddalli.source=DIR does not say where Dalli 5 is");
        isServed(List.of("ruby", "-I" + Path.of(source, "lib")), "dalli_check.rb", "latest");
    }

    /** Debian's package of it, compiled here. */
    @Test
    void gomemcacheIsServed() throws IOException {
        Assumptions.assumeTrue(CommandResult.isInstalled("go"), "go is not installed");
        Path files = DebianPackages.files("golang-github-bradfitz-gomemcache-dev", "");
        isServed(
                List.of(
                        "env",
                        "GO111MODULE=off",
                        "GOPATH=" + files.resolve("usr/share/gocode"),
                        "GOCACHE=" + files.resolveSibling("compiled"),
                        "go",
                        "run"),
                "gomemcache_check.go");
    }

    /** Its suite of the binary protocol. */
    @Test
    void theBinarySuiteOfLibmemcachedPasses() {
        String port = Integer.toString(cluster.gatewayPort(0));
        CommandResult result = run("memccapable", "-h", "127.0.0.1", "-p", port, "-t", "10", "-b");
        assertEquals(0, result.exit(), result::output);
        assertTrue(result.output().contains("All tests passed"), result::output);
    }

    /** Anybody can watch: what is retained comes at once. */
    @Test
    void mosquittoSubShowsTheCluster() {
        List<String> command = new ArrayList<>(List.of("mosquitto_sub", "-h", "127.0.0.1", "-p"));
        command.add(Integer.toString(cluster.managerPort(0) + 20));
        command.addAll(List.of("-W", "20", "-C", "1", "-v", "-t"));
        for (String topic : List.of("kumo/+/node/#", "kumo/+/rebalance", "kumo/+/table")) {
            List<String> whole = new ArrayList<>(command);
            whole.add(topic);
            String said = must(whole.toArray(String[]::new));
            assertTrue(said.startsWith("kumo/"), said);
            assertTrue(topic.endsWith("table") || said.contains("{"), said);
        }
    }

    /** memcached's own documentation shows it so. */
    @Test
    void netcatIsServed() {
        String script = "printf 'set nc 0 0 5\\r\\nhello\\r\\nget nc\\r\\nquit\\r\\n' | nc -w 10 127.0.0.1 "
                + cluster.gatewayPort(0);
        Assumptions.assumeTrue(run("nc", "-h").output().contains("OpenBSD"), "no OpenBSD netcat");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> must("sh", "-c", script).equals("STORED\r\nVALUE nc 0 5\r\nhello\r\nEND\r\n"));
    }
}
