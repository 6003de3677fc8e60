package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.config.OptionParser;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ServerOptionsTest {
    private static final OptionParser PARSER = new OptionParser("kumo-server", "", "test", ServerOptions.specs());

    private static ParsedOptions parse(String... commandLine) {
        return PARSER.parse(List.of(commandLine));
    }

    private static ServerOptions options(String... commandLine) {
        return ServerOptions.of(parse(commandLine), 1L << 30, 8);
    }

    @Test
    void takesTheCommandLineOfKumofs() {
        ServerOptions options = options("-l", "svr1", "-m", "mgr1", "-p", "mgr2", "-s", "/var/lib/kumo");
        assertEquals(new HostPort("svr1", 19800), options.listen());
        assertEquals(List.of(new HostPort("mgr1", 19700), new HostPort("mgr2", 19700)), options.managers());
        assertEquals("/var/lib/kumo", options.store().toString());
    }

    @Test
    void takesEveryOptionOfKumofsAndSaysWhichHaveNoEffect() {
        ParsedOptions options = parse(
                "-l", "svr1", "-m", "mgr1", "-s", "x", "-L", "19901", "-f", "/tmp", "-S", "20", "-D", "20", "-gN", "5",
                "-gX", "60", "-gS", "2048");
        assertEquals(7, options.notices().size());
        assertTrue(options.notices().get(0).startsWith("--stream-listen has no effect"));
    }

    @Test
    void dividesTheHeapWhereNothingIsSaid() {
        ServerOptions options = options("-m", "mgr1", "-s", "x");
        assertEquals(256L << 20, options.memoryBytes());
        assertEquals(128L << 20, options.cacheBytes());
        assertEquals(4, options.shards());
    }

    @Test
    void refusesToAdvertiseEveryAddress() {
        assertThrows(UsageException.class, () -> options("-l", "0.0.0.0", "-m", "mgr1", "-s", "x"));
        ServerOptions options = options("-l", "0.0.0.0", "--advertise", "svr1:19800", "-m", "mgr1", "-s", "x");
        assertEquals(new HostPort("svr1", 19800), options.advertised());
    }

    @Test
    void needsAManagerAndADirectory() {
        assertThrows(UsageException.class, () -> options("-s", "x"));
        assertThrows(UsageException.class, () -> options("-m", "mgr1"));
        assertThrows(UsageException.class, () -> options("-m", ",", "-s", "x"));
        assertThrows(UsageException.class, () -> options("-m", "mgr1", "-s", ""));
    }
}
