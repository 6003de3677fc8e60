package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayOptionsTest {
    private static ParsedOptions parse(String line) {
        return new GatewayMain().optionParser().parse(List.of(line.split(" ")));
    }

    private static GatewayOptions options(String line) {
        return GatewayOptions.of(parse(line));
    }

    @Test
    void takesTheCommandLinesOfKumofs() {
        GatewayOptions options = options("-v -m mgr1 -p mgr2 -t 11211 -As -Ad");
        assertEquals(List.of(new HostPort("mgr1", 19700), new HostPort("mgr2", 19700)), options.managers());
        assertEquals(new HostPort("127.0.0.1", 11211), options.listen());
        assertTrue(options.asyncSet() && options.asyncDelete());
        assertEquals(
                new HostPort("0.0.0.0", 11212), options("-m a -t 0.0.0.0:11212").listen());
        assertEquals(11411, options("-m localhost").listen().port());
        assertEquals(3, options("-m a -p b:1 -p c:2").managers().size());
        assertEquals("pre", options("-m a -k pre").keyPrefix().toUtf8());
    }

    @Test
    void noticesWhatHasNoEffect() {
        List<String> notices = parse("-m a -F -E -G 5 -S 20 -D 20 -rn 4 -lc x -Ys 1 -Yn 4 -Ci 2 -TW 2 -TR 4")
                .notices();
        assertEquals(12, notices.size(), notices.toString());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(UsageException.class, () -> parse("-t 11211"));
        assertThrows(UsageException.class, () -> parse("-m a --nonsense"));
        assertThrows(UsageException.class, () -> parse("-m a -t nonsense"));
        assertThrows(IllegalArgumentException.class, () -> options("-m a --key-prefix " + "x".repeat(129)));
        assertThrows(IllegalArgumentException.class, () -> options("-m a --timeout 0"));
    }
}
