package io.kumo.node.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Daemons as processes: exit codes, what they say and where. */
class NodeMainTest {
    /** A Java that starts on a busy machine takes some. */
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void kill() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process run(String commandLine) throws IOException {
        return run(commandLine, List.of());
    }

    private Process run(String commandLine, List<String> starter) throws IOException {
        List<String> command = new ArrayList<>(starter);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SampleMain.class.getName()));
        command.addAll(List.of(commandLine.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String text(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    private int exitCode(Process process) throws InterruptedException {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
        return process.exitValue();
    }

    private void awaitReady() {
        await().atMost(SOON).until(() -> text("out").contains("kumo-sample is ready: it serves\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--help          | 0 |",
                "--version       | 0 |",
                "--foo           | 2 | kumo-sample: unknown option --foo (see kumo-sample --help)",
                "operand         | 2 | kumo-sample: unexpected 'operand' (see kumo-sample --help)",
                "--mode refuse --http off | 1 | kumo-sample: the store is locked; stop its user",
                "-o no/such/log  | 1 | kumo-sample: cannot write the log no/such/log: no such file or directory",
            })
    void endsWithOneLineAndItsExitCode(String commandLine, int exitCode, String line) throws Exception {
        assertEquals(exitCode, exitCode(run(commandLine)));
        String expected = line == null ? "" : line;
        assertEquals(
                expected,
                text("err")
                        .lines()
                        .filter(each -> each.startsWith("kumo-"))
                        .findFirst()
                        .orElse(""));
        assertFalse(text("err").contains("\tat "), () -> "a stack trace");
        assertEquals(exitCode == 0, !text("out").isBlank() && !text("out").contains("stopped"));
    }

    @ParameterizedTest
    @CsvSource({
        "bug,internal error: java.lang.IllegalStateException: a bug",
        "late-bug,a late bug",
        "failed-store,the disk is gone"
    })
    void aFaultOfItsOwnStopsItWithExitCodeOne(String mode, String words) throws Exception {
        assertEquals(1, exitCode(run("--http off --mode " + mode)));
        assertTrue(text("err").contains(words), text("err"));
        assertFalse(text("err").contains("\tat "), () -> "a stack trace");
        assertTrue(text("out").contains("stopped cleanly"));
    }

    @Test
    void readsItsFilesAgainOnSighupAndGoesOn() throws Exception {
        // Where the tests run under nohup the signal would be ignored.
        Process process = run("--http off --mode failing-reload", List.of("env", "--default-signal=HUP"));
        awaitReady();
        for (int i = 1; i <= 2; i++) {
            int times = i;
            new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            await().atMost(SOON).until(() -> text("out").split("reloads", -1).length == 1 + times);
        }
        assertTrue(process.isAlive());
        await().atMost(SOON).until(() -> text("err").contains("reloading failed"));
    }

    @Test
    void saysWhereSighupIsIgnored() throws Exception {
        run("--http off -o log", List.of("env", "--ignore-signal=HUP"));
        awaitReady();
        await().atMost(SOON).until(() -> text("log").contains("SIGHUP is ignored, as nohup has it"));
    }

    @Test
    void stopsCleanlyOnSigtermAndDeletesItsProcessIdFile() throws Exception {
        Process process = run("--http off -d pid -o log -k 3");
        awaitReady();
        assertEquals(process.pid() + "\n", text("pid"));
        process.destroy();
        assertEquals(0, exitCode(process));
        assertTrue(text("out").endsWith("stopped cleanly\n"));
        assertFalse(Files.exists(directory.resolve("pid")));
        assertTrue(text("log").contains("ready"));
        assertEquals(
                "kumo-sample: --keepalive-interval has no effect: broken connections are noticed without it.\n",
                text("err"));
    }

    @Test
    void aStopWhileItStartsIsNoFailure() throws Exception {
        Process process = run("--http off -o log -v --mode slow");
        await().atMost(SOON).until(() -> text("out").contains("starts\n"));
        process.destroy();
        assertEquals(0, exitCode(process), text("err"));
        assertEquals("starts\nstopped cleanly\n", text("out"));
        assertEquals("", text("err"));
        assertFalse(text("log").contains("ERROR"), text("log"));
    }

    @Test
    void takesOptionsFromAFile() throws Exception {
        Files.writeString(
                directory.resolve("sample.conf"), "http = off\nlog = log\nmode = refuse\nclock-interval = 4\n");
        run("--config sample.conf --mode serve");
        awaitReady();
        await().atMost(SOON).until(() -> text("log").contains("ready"));
        assertTrue(text("err").startsWith("kumo-sample: sample.conf:4: --clock-interval has no effect"), text("err"));
    }

    @Test
    void checksOptionsAndStartsNothing() throws Exception {
        Files.writeString(directory.resolve("sample.conf"), "http = 127.0.0.1:1\nmode = refuse # here\n");
        assertEquals(0, exitCode(run("--check-config --config=sample.conf -o log -v")));
        assertEquals(
                """
                kumo-sample: the configuration is fine; 2 options of sample.conf count
                mode = refuse                           # sample.conf:2
                http = 127.0.0.1:1                      # sample.conf:1
                verbose = true                          # command line
                log = log                               # command line
                """,
                text("out")
                        .lines()
                        .filter(line -> !line.endsWith("# default"))
                        .collect(Collectors.joining("\n", "", "\n")));
        assertEquals("", text("err"));
        assertFalse(Files.exists(directory.resolve("log")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mod = x\\nhttp = 1:x | kumo-sample: sample.conf:1: unknown option 'mod': did you mean 'mode'?",
                "cluster-key-file = nokey | kumo-sample: --cluster-key-file nokey: no such file (sample.conf:1)",
                "mode = unfit        | kumo-sample: --mode does not fit (sample.conf:1)",
                "log = no/such/log   | kumo-sample: --log no/such/log: its directory is missing (sample.conf:1)",
                "mode = \\377        | kumo-sample: sample.conf:1: this is not UTF-8: write the file in UTF-8",
            })
    void saysWhereAFileIsWrong(String content, String line) throws Exception {
        byte[] bytes = content.replace("\\n", "\n").replace("\\377", "\u00ff").getBytes(StandardCharsets.ISO_8859_1);
        Files.write(directory.resolve("sample.conf"), bytes);
        assertEquals(2, exitCode(run("--check-config --config sample.conf")));
        assertEquals(line, text("err").lines().findFirst().orElse(""));
        assertEquals("", text("out"));
    }

    @Test
    void refusesAFileThatIsNotThere() throws Exception {
        assertEquals(2, exitCode(run("--config none.conf")));
        assertEquals(
                "kumo-sample: cannot read none.conf: no such file or directory; --config names a file of options that"
                        + " this user may read\n",
                text("err"));
    }

    @Test
    void aDashInPlaceOfTheLogFileIsStderr() throws Exception {
        run("--http off -o -");
        awaitReady();
        await().atMost(SOON).until(() -> text("err").contains("ready build="));
        assertFalse(Files.exists(directory.resolve("-")));
    }

    @Test
    void refusesToRunTwiceWithOneProcessIdFile() throws Exception {
        Process first = run("--http off -d pid");
        awaitReady();
        assertEquals(1, exitCode(run("--http off -d pid")));
        assertTrue(text("err").startsWith("kumo-sample: already running as process " + first.pid()), text("err"));
        assertTrue(first.isAlive());
        assertEquals(first.pid() + "\n", text("pid"));
    }

    @Test
    void servesMetricsAndHealth() throws Exception {
        int port = freePort();
        run("--http 127.0.0.1:" + port);
        awaitReady();
        HttpResponse<String> health = get(port, "/health");
        assertEquals(200, health.statusCode());
        assertEquals("{\"ok\":true,\"state\":\"serving\",\"mode\":\"sample\"}\n", health.body());
        assertTrue(get(port, "/metrics").body().contains("jvm_memory_used_bytes"));
        assertEquals(404, get(port, "/nothing").statusCode());
    }

    @Test
    void refusesAnHttpPortThatWasAskedForAndIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertEquals(1, exitCode(run("--http " + address)));
            String line = "kumo-sample: HTTP cannot listen on " + address + ": the port is taken";
            assertTrue(text("err").startsWith(line), text("err"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
