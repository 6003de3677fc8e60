package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad usage is one line that says what and what to do; never a stack trace. */
@Tag("alone")
class CommandLineIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"kumo-manager", "kumo-server", "kumo-gateway", "kumoctl"})
    void helpAndVersionEndWith0(String program) {
        CommandResult help = run(program, "--help");
        assertEquals(0, help.exit(), help.output());
        assertTrue(help.output().contains("usage: " + program), help.output());
        CommandResult version = run(program, "--version");
        assertEquals(0, version.exit(), version.output());
        assertTrue(version.output().startsWith(program + " "), version.output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"kumo-manager", "kumo-server", "kumo-gateway", "kumoctl"})
    void anUnknownOptionEndsWith2(String program) {
        assertOneLine(2, run(program, "--no-such-option"));
    }

    @Test
    void missingOptionsEndWith2() {
        assertOneLine(2, run("kumo-server", "-l", "127.0.0.1:0"));
        assertOneLine(2, run("kumo-gateway", "-t", "0"));
        assertOneLine(2, run("kumoctl", "127.0.0.1", "no-such-command"));
    }

    @Test
    void aTakenPortEndsWith1() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            assertOneLine(1, run("kumo-manager", "-l", address, "--data", file("manager")));
            assertOneLine(1, run("kumo-server", "-l", address, "-m", "127.0.0.1:1", "-s", file("server")));
            assertOneLine(1, run("kumo-gateway", "-m", "127.0.0.1:1", "-t", address));
        }
    }

    @Test
    void whatOtherHostsReachNeedsAKeyOrACertificate() {
        List<CommandResult> results = List.of(
                run("kumo-manager", "-l", "127.0.0.1:0", "--http", "0.0.0.0:0", "--data", file("manager")),
                run("kumo-server", "-l", "0.0.0.0:0", "--advertise", "a:1", "-m", "127.0.0.1:1", "-s", file("server")),
                run("kumo-gateway", "-m", "127.0.0.1:1", "-t", "0.0.0.0:0"));
        for (CommandResult result : results) {
            assertOneLine(2, result);
            assertTrue(result.output().contains("--insecure"), result.output());
        }
    }

    @Test
    void aStoreThatIsAFileEndsWith1() throws IOException {
        Path store = Files.writeString(directory.resolve("store"), "not a directory");
        assertOneLine(1, run("kumo-server", "-l", "127.0.0.1:0", "-m", "127.0.0.1:1", "-s", store.toString()));
    }

    @Test
    void aManagerThatDoesNotAnswerEndsKumoctlWith1() {
        assertOneLine(1, run("kumoctl", "127.0.0.1:1", "status"));
    }

    @Test
    void aFileOfOptionsIsCheckedAndUsed() throws IOException {
        Path options = Files.writeString(
                directory.resolve("gateway.conf"),
                "manager1 = 127.0.0.1:1\nmemproto-text = 0\nhttp = off\ndaemon = \"" + file("gateway.pid")
                        + "\"  # here\nlog = " + file("gateway.log") + "\n");
        CommandResult checked = run("kumo-gateway", "--config", options.toString(), "--check-config", "--memory=64m");
        assertEquals(0, checked.exit(), checked.output());
        assertTrue(
                checked.stdout().startsWith("kumo-gateway: the configuration is fine; 5 options of "),
                checked.output());
        assertTrue(checked.stdout().contains("# " + options + ":2\n"), checked.output());
        assertFalse(Files.exists(Path.of(file("gateway.pid"))), "it started something");

        CommandResult started = run("kumo-gateway", "--config=" + options);
        assertEquals(0, started.exit(), started.output());
        long pid = Long.parseLong(Files.readString(Path.of(file("gateway.pid"))).strip());
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroy();
        process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        assertTrue(Files.readString(Path.of(file("gateway.log"))).contains("ready"));
    }

    @Test
    void aMistakeInAFileOfOptionsEndsWith2() throws IOException {
        Path options = Files.writeString(directory.resolve("server.conf"), "stoer = /tmp\n");
        CommandResult result = run("kumo-server", "--config", options.toString());
        assertOneLine(2, result);
        assertEquals(
                "kumo-server: " + options + ":1: unknown option 'stoer': did you mean 'store'?",
                result.output().strip());
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private static CommandResult run(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProcessCluster.HOME.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return CommandResult.of(command);
    }

    private static void assertOneLine(int exit, CommandResult result) {
        assertEquals(exit, result.exit(), result.output());
        List<String> errors = result.output()
                .lines()
                .filter(line -> !line.matches(".* has no effect.*|.* INFO .*"))
                .toList();
        assertEquals(1, errors.size(), result.output());
        assertFalse(result.output().contains("Exception"), result.output());
    }
}
