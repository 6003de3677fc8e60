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
        List<String> notices = parse("-m a -F -E -G 5 -S 20 -D 20 -rn 4  -Ys 1 -Yn 4 -Ci 2 -TW 2 -TR 4")
                .notices();
        assertEquals(11, notices.size(), notices.toString());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(UsageException.class, () -> parse("-t 11211"));
        assertThrows(UsageException.class, () -> parse("-m a --nonsense"));
        assertThrows(UsageException.class, () -> parse("-m a -t nonsense"));
        assertThrows(IllegalArgumentException.class, () -> options("-m a --key-prefix " + "x".repeat(129)));
        assertThrows(IllegalArgumentException.class, () -> options("-m a --timeout 0"));
    }

    @Test
    void takesListenersWithTheirSettings() {
        GatewayOptions options = options("-m a --tls-cert c --tls-key k --auth-file u -t 1 -t 2 --tls-listen 3 --listen"
                + " 0.0.0.0:4,tls,auth=off,read-only,protocol=binary --listen unix:/x,mode=770");
        assertEquals(
                List.of("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3", "0.0.0.0:4", "unix:/x"),
                options.listeners().stream().map(ListenerOptions::where).toList());
        ListenerOptions fourth = options.listeners().get(3);
        assertTrue(fourth.tls() && !fourth.auth() && fourth.readOnly());
        assertEquals(ListenerOptions.Spoken.BINARY, fourth.protocol());
        assertEquals(0770, options.listeners().get(4).mode());
        assertTrue(
                options.listeners().get(0).auth() && options.listeners().get(2).tls());
        assertEquals(1, options("-m a --listen 127.0.0.1:5").listeners().size());
        assertTrue(options("-m a --read-only").listeners().get(0).readOnly());
    }

    @Test
    void refusesListenersThatMakeNoSense() {
        for (String listen :
                List.of("x", "unix:", "h:1,nonsense", "h:1,mode=700", "unix:/x,mode=9", "h:99999", "h:1,")) {
            assertThrows(UsageException.class, () -> parse("-m a --listen " + listen), listen);
        }
        for (String line : List.of(
                "--tls-cert c",
                "--tls-key k",
                "--tls-client-ca a",
                "--tls-listen 1",
                "--listen h:1,tls",
                "--listen h:1,auth=on",
                "--tls-cert c --tls-key k -t 1",
                "-t 1 -t 1 --listen 127.0.0.1:1")) {
            assertThrows(IllegalArgumentException.class, () -> options("-m a " + line), line);
        }
    }
}
