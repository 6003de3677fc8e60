package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** kumofs's tools under their old names, and what kumoctl shows of a running cluster; the logs of its processes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ToolsIT {
    private static final Path BIN = ProcessCluster.HOME.resolve("bin");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<Daemon> DAEMONS = new ArrayList<>();
    private static final List<String> SERVERS = new ArrayList<>();
    private static final List<String> HTTP = new ArrayList<>();

    private static String manager = "";

    @TempDir
    static Path directory;

    @BeforeAll
    static void start() {
        manager = "127.0.0.1:" + ProcessCluster.freePort();
        DAEMONS.add(daemon("kumo-manager", "manager", "-l", manager, "--partitions", "16", "--replicas", "2"));
        for (int i = 0; i < 2; i++) {
            String address = "127.0.0.1:" + ProcessCluster.freePort();
            SERVERS.add(address);
            DAEMONS.add(daemon("kumo-server", "server" + i, "-l", address, "-m", manager));
        }
        DAEMONS.forEach(Daemon::awaitReady);
        await("servers are known")
                .atMost(PATIENCE)
                .until(() -> run("kumoctl", manager, "status").output().split("127.0.0.1").length >= 4);
        CommandResult attached = run("kumoctl", manager, "attach", "--wait");
        assertEquals(0, attached.exit(), attached.output());
        assertTrue(
                attached.stdout().matches("(?s)attached 2 servers.*\ndone: table version \\d+\n"), attached.stdout());
        assertFalse(attached.stdout().contains("not running"), attached.stdout());
    }

    /** Logs as JSON; stores where it is told with the option of its kind. */
    private static Daemon daemon(String program, String name, String... options) {
        List<String> command = new ArrayList<>(List.of(BIN.resolve(program).toString()));
        command.addAll(List.of(options));
        HTTP.add("127.0.0.1:" + ProcessCluster.freePort());
        command.addAll(
                List.of("--http", HTTP.get(HTTP.size() - 1), "-o", log(name).toString(), "--log-format", "json"));
        command.add(program.equals("kumo-manager") ? "--data" : "--store");
        command.add(directory.resolve(name).toString());
        return new Daemon(name, command, directory.resolve(name + ".out")).start();
    }

    private static Path log(String name) {
        return directory.resolve(name + ".log");
    }

    @AfterAll
    static void stop() {
        DAEMONS.forEach(Daemon::end);
    }

    private static CommandResult run(String program, String... arguments) {
        return CommandResult.of(Stream.concat(Stream.of(BIN.resolve(program).toString()), Stream.of(arguments))
                .toList());
    }

    private static String ok(String program, String... arguments) {
        CommandResult result = run(program, arguments);
        assertEquals(0, result.exit(), () -> program + " " + List.of(arguments) + ": " + result.output());
        return result.stdout();
    }

    private static void fails(int exit, String program, String... arguments) {
        CommandResult result = run(program, arguments);
        assertEquals(exit, result.exit(), result.output());
        assertTrue(result.output().startsWith(program + ": "), result.output());
        assertEquals(1, result.output().lines().count(), result.output());
    }

    @Test
    @Order(1)
    void kumostat() {
        assertEquals(DAEMONS.get(1).pid() + "\n", ok("kumostat", SERVERS.get(0), "pid"));
        List<String> items =
                ok("kumostat", "-m", manager, "items").lines().sorted().toList();
        assertEquals(SERVERS.stream().sorted().map(server -> server + ":  0").toList(), items);
        assertEquals("true\n", ok("kumostat", SERVERS.get(0), "hscheck"));
        JsonArray stats = new JsonArray(ok("kumostat", "-m", manager, "stats", "--json"));
        assertEquals(2, stats.size());
        assertTrue(stats.getJsonObject(0).getJsonObject("value").containsKey("cmd_get"), stats.encode());
        fails(2, "kumostat", SERVERS.get(0), "no-such-item");
        fails(1, "kumostat", "127.0.0.1:" + ProcessCluster.freePort(), "pid", "--timeout", "1s");
    }

    @Test
    @Order(2)
    void kumotop() {
        List<String> lines = ok("kumotop", "-m", manager, "--once", "--interval", "200ms")
                .lines()
                .toList();
        assertEquals(3, lines.size(), () -> String.join("\n", lines));
        assertTrue(lines.get(0).matches("server +state +op/s .* lag"), lines.get(0));
        assertTrue(lines.get(1).matches("127\\.0\\.0\\.1:\\d+ +active +0 .*"), lines.get(1));
        JsonObject json = new JsonObject(ok("kumotop", SERVERS.get(1), "--once", "--interval", "200ms", "--json"));
        assertEquals(16, json.getJsonArray("servers").getJsonObject(0).getInteger("copies"));
    }

    /** On a terminal that script makes: it is drawn in its size, takes keys, and is left as it was. */
    @Test
    @Order(2)
    void kumotopOnATerminal() throws IOException, InterruptedException {
        Assumptions.assumeTrue(CommandResult.isInstalled("script"));
        Path out = directory.resolve("top.out");
        String command = "stty rows 12 cols 60; stty -g; " + BIN.resolve("kumotop") + " -m " + manager
                + " --interval 200ms && stty -g";
        Process top = new ProcessBuilder("script", "-qefc", command, "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try (Writer keys = top.outputWriter()) {
            await("a table").atMost(PATIENCE).until(() -> Files.readString(out).contains("active"));
            keys.write("rq");
            keys.flush();
            assertTrue(top.waitFor(20, TimeUnit.SECONDS), Files.readString(out));
        } finally {
            top.destroyForcibly();
        }
        String shown = Files.readString(out).replace("\r", "");
        assertEquals(0, top.exitValue(), shown);
        int begin = shown.indexOf("\u001b[?1049h");
        int end = shown.indexOf("\u001b[?1049l");
        assertTrue(begin > 0 && end > begin, shown);
        assertEquals(
                shown.substring(0, begin).strip(),
                shown.substring(end).replace("\u001b[?1049l", "").strip(),
                "the settings of the terminal, before and after");
        shown.substring(begin, end)
                .lines()
                .map(line -> line.replaceAll("\u001b\\[[?0-9]*[A-Za-z]", ""))
                .forEach(line -> assertTrue(line.length() <= 60, line));
        assertTrue(shown.contains("2 servers"), shown);
    }

    @Test
    @Order(3)
    void kumohash() {
        List<String> lines =
                ok("kumohash", "-m", manager, "assign", "key").lines().toList();
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).matches("[0-9a-f]{16} {2}key {2}partition \\d+"), lines.get(0));
        assertTrue(SERVERS.stream().anyMatch(server -> lines.get(1).equals("  0: " + server)), lines.get(1));
        assertEquals(16, ok("kumohash", SERVERS.get(0), "--", "dump").lines().count());
        assertTrue(lines.get(0).startsWith(ok("kumohash", "hash", "key").substring(0, 16)), lines.get(0));
        fails(2, "kumohash", "-m", manager, "nonsense");
    }

    @Test
    @Order(4)
    void everyCommandLeavesALineInTheAuditLogAndEveryLineIsJson() throws IOException {
        ok("kumoctl", manager, "disable-auto-replace");
        assertEquals(1, run("kumoctl", manager, "drain", "nobody:1").exit());
        List<JsonObject> audit = audit();
        assertEquals(
                List.of("Attach done", "SetAutoReplace done", "Drain REFUSED"),
                audit.stream()
                        .map(line -> line.getString("command") + " " + line.getString("outcome"))
                        .toList());
        JsonObject last = audit.get(2);
        assertEquals(System.getProperty("user.name"), last.getString("who"));
        assertEquals("kumoctl", last.getString("role"));
        assertTrue(last.getString("from").startsWith("127.0.0.1:"), last.encode());
        assertTrue(last.getString("what").contains("nobody:1"), last.encode());
    }

    private static List<JsonObject> audit() throws IOException {
        List<JsonObject> audit = new ArrayList<>();
        for (String line : Files.readAllLines(log("manager"))) {
            JsonObject json = new JsonObject(line);
            if (json.getString("loggerName").equals("audit")) {
                audit.add(json.getJsonObject("fields"));
            }
        }
        return audit;
    }

    @Test
    @Order(5)
    void recordsThatGoPastManagersAreInTheAuditLogAndBackupsInTheMetrics() throws IOException, InterruptedException {
        int before = audit().size();
        String from = Files.writeString(directory.resolve("from"), "{\"key\":\"a\",\"value\":\"b\"}\n")
                .toString();
        String to = directory.resolve("to").toString();
        ok("kumoctl", manager, "import", from);
        ok("kumoctl", manager, "export", to);
        CommandResult again = run("kumoctl", manager, "export", to);
        assertEquals(1, again.exit());
        assertTrue(again.output().contains(to + " is there already: delete it"), again.output());
        assertEquals(0, metric("kumo_backup_last_success_seconds"));
        ok("kumoctl", manager, "backup", "one");
        assertEquals(
                1,
                run("kumoctl", manager, "backup", "two", "--to", "/no/such/place")
                        .exit());
        String places = directory.resolve("server0/backup/one") + " " + directory.resolve("server1/backup/one");
        ok("kumoctl", (manager + " restore " + places + " --into-non-empty").split(" "));

        List<String> lines = audit().stream()
                .skip(before)
                .peek(line -> assertEquals("Announce", line.getString("command"), line::encode))
                .map(line -> line.getString("what"))
                .toList();
        List<String> expected = List.of(
                "import, what=begins: from " + from,
                "import, what=ended: imported 1 records of 1 lines",
                "export, what=begins: to " + to,
                "export, what=ended: exported 1 records",
                "export, what=begins: to " + to,
                "export, what=failed: " + to + " is there already",
                "restore, what=begins: " + places + " --into-non-empty",
                "restore, what=ended: restored 1 records, ");
        assertEquals(expected.size(), lines.size(), lines::toString);
        for (int i = 0; i < expected.size(); i++) {
            String line = lines.get(i);
            assertTrue(line.startsWith("Announce[command=" + expected.get(i)), line);
        }
        double agoS = System.currentTimeMillis() / 1e3 - metric("kumo_backup_last_success_seconds");
        assertTrue(agoS >= 0 && agoS < 600, "the backup was begun " + agoS + " s ago");
        assertTrue(metric("kumo_backup_duration_seconds") > 0, "no duration");
        assertTrue(metric("kumo_backup_size_bytes") > 0, "no bytes");
        double failed = metric(1, "kumo_backup_failed_total") + metric(2, "kumo_backup_failed_total");
        assertEquals(1, failed, "whichever server was asked first failed, and no other was asked");
        assertEquals(0, metric("kumo_backup_running"));
    }

    @Test
    @Order(5)
    void aCommandForEveryPartitionLeavesTwoLinesInTheAuditLog() throws IOException {
        int before = audit().size();
        ok("kumoctl", manager, "full-replace", "--wait");
        await("the line of its end").atMost(PATIENCE).until(() -> audit().size() >= before + 2);
        List<JsonObject> lines = audit().subList(before, audit().size());
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).getString("what").startsWith("Mend[partition=0, "), lines::toString);
        assertEquals("more of the same", lines.get(1).getString("what"));
        assertEquals("15 done", lines.get(1).getString("answer"));
    }

    /** Of the first server. */
    private static double metric(String name) throws IOException, InterruptedException {
        return metric(1, name);
    }

    private static double metric(int daemon, String name) throws IOException, InterruptedException {
        String page = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://" + HTTP.get(daemon) + "/metrics"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        String line = page.lines()
                .filter(each -> each.startsWith(name + " ") || each.startsWith(name + "{"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is missing in " + page));
        return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
    }

    @Test
    @Order(6)
    void kumologShowsItToPeopleAndSighupOpensANewFile() throws IOException {
        Path moved = directory.resolve("manager.log.1");
        Files.move(log("manager"), moved);
        DAEMONS.get(0).signal("HUP");
        await("a new file")
                .atMost(PATIENCE)
                .until(() -> Files.exists(log("manager")) && Files.size(log("manager")) > 0);
        long bytes = Files.size(moved);
        ok("kumoctl", manager, "disable-auto-replace");
        assertEquals(bytes, Files.size(moved));
        String shown = ok(
                "kumolog", "--logger", "audit", "-t", "-n", "1", log("manager").toString());
        assertTrue(shown.matches("[-0-9]{10} [:.0-9]{12} INFO {2}audit: command=SetAutoReplace .*\n"), shown);
        assertEquals(2, ok("kumolog", "-h", "-n", "2", moved.toString()).lines().count());
        assertEquals("", ok("kumolog", "--level", "error", moved.toString()));
        fails(1, "kumolog", directory.resolve("no-such-file").toString());
    }

    @Test
    @Order(7)
    void eventsAreFollowedAndTheDoctorFindsAServerThatDied() throws IOException {
        List<String> command = List.of(BIN.resolve("kumoctl").toString(), manager, "events", "--json");
        Daemon events = new Daemon("events", command, directory.resolve("events.out")).start();
        try {
            await("following").atMost(PATIENCE).until(() -> events.printed().contains("following"));
            JsonObject well =
                    new JsonObject(run("kumoctl", manager, "doctor", "--json").stdout());
            assertEquals(0, well.getInteger("problems"), well::encodePrettily);
            DAEMONS.get(2).kill();
            await("an event").atMost(PATIENCE).until(() -> events.printed().contains("\"event\":\"fault\""));
            CommandResult doctor = run("kumoctl", manager, "doctor");
            assertEquals(1, doctor.exit());
            assertTrue(
                    doctor.output()
                            .contains("PROBLEM  servers     server " + SERVERS.get(1) + ": is marked as faulty\n"),
                    doctor.output());
            assertTrue(doctor.output().contains("-> start it again"), doctor.output());
            assertFalse(doctor.output().contains("Exception"), doctor.output());
        } finally {
            events.end();
        }
    }
}
