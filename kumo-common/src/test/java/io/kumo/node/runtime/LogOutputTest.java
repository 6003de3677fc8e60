package io.kumo.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogOutputTest {
    private final LoggerContext context = new LoggerContext();
    private final Logger log = context.getLogger("io.kumo.some.Part");

    @TempDir
    Path directory;

    private LogOutput start(LogFormat format) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        LogOutput output = LogSetup.output(context, Optional.of(file().toString()), false, format);
        output.start();
        log.addAppender(output);
        return output;
    }

    private Path file() {
        return directory.resolve("log");
    }

    @Test
    void errorsThatRepeatAreCountedAndStateChangesAreNot() throws IOException {
        LogOutput output = start(LogFormat.TEXT);
        for (int i = 0; i < 5; i++) {
            log.warn("cannot connect manager={}", "mgr1");
            log.info("connected manager={}", "mgr1");
        }
        output.stop();
        List<String> lines = Files.readAllLines(file());
        assertEquals(1 + 5 + 1, lines.size(), () -> String.join("\n", lines));
        assertTrue(
                lines.get(0).matches("[-0-9]{10} [.:0-9]{12} WARN  Part: cannot connect manager=mgr1"), lines.get(0));
        assertTrue(
                lines.get(6).endsWith("WARN  Part: cannot connect manager=mgr1 ... repeated 4 times in 1 s"),
                lines.get(6));
    }

    @Test
    void aLineOfJsonHasTheFieldsThatTheWordsName() throws IOException {
        LogOutput output = start(LogFormat.JSON);
        log.warn("table refused manager={} reason=\"{}\"", "mgr1:19700", "of\tanother \"cluster\"");
        log.error("it failed", new IOException("no\nroom"));
        output.stop();
        List<String> lines = Files.readAllLines(file());
        JsonObject refused = new JsonObject(lines.get(0));
        assertEquals("WARN", refused.getString("level"));
        assertEquals("io.kumo.some.Part", refused.getString("loggerName"));
        assertTrue(refused.getLong("timestamp") > 1_700_000_000_000L);
        assertEquals(
                "table refused manager=mgr1:19700 reason=\"of\tanother \"cluster\"\"",
                refused.getString("formattedMessage"));
        assertEquals(
                new JsonObject().put("manager", "mgr1:19700").put("reason", "of\tanother \"cluster\""),
                refused.getJsonObject("fields"));
        JsonObject failed = new JsonObject(lines.get(1));
        assertEquals("no\nroom", failed.getJsonObject("throwable").getString("message"));
        assertEquals(2, lines.size());
    }

    @Test
    void goesOnInANewFileAfterTheOldOneWasMoved() throws IOException {
        LogOutput output = start(LogFormat.TEXT);
        log.info("one");
        Path moved = directory.resolve("log.1");
        Files.move(file(), moved);
        log.info("two");
        output.reopen();
        log.info("three");
        output.stop();
        assertEquals(2, Files.readAllLines(moved).size());
        assertEquals(1, Files.readAllLines(file()).size());
    }

    @Test
    void keepsTheOpenFileWhereANewOneCantBeOpened() throws IOException {
        LogOutput output = start(LogFormat.TEXT);
        log.info("one");
        Path moved = directory.resolve("log.1");
        Files.move(file(), moved);
        Files.createDirectory(file());
        output.reopen();
        log.info("two");
        output.stop();
        assertEquals(2, Files.readAllLines(moved).size());
    }
}
