package io.kumo.gateway.runtime;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.gateway.memcached.BinaryParser;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One place where clients connect, and what it asks of them.
 *
 * @param address of a TCP socket; meaningless with a path
 * @param path of a Unix socket; empty for TCP
 * @param mode permissions of the Unix socket
 * @param protocol what clients may speak
 * @param tls whether the connection is encrypted
 * @param auth whether clients must say who they are
 * @param readOnly whether writes are refused
 */
public record ListenerOptions(
        HostPort address, String path, int mode, Spoken protocol, boolean tls, boolean auth, boolean readOnly) {
    /** Protocols that a listener takes. */
    public enum Spoken {
        /** Told apart by the first byte. */
        ANY,
        TEXT,
        BINARY;

        /** Whether a client that begins so speaks the binary protocol. */
        boolean isBinary(int firstByte) {
            return this == BINARY || (this == ANY && firstByte == BinaryParser.MAGIC);
        }
    }

    /**
     * What {@code --listen} says: {@code HOST:PORT} or {@code unix:PATH}, then settings, all separated by commas.
     *
     * @param auth empty for what the gateway does otherwise
     */
    record Given(
            String text,
            HostPort address,
            String path,
            int mode,
            Spoken protocol,
            boolean tls,
            Optional<Boolean> auth,
            boolean readOnly) {
        private static final String UNIX = "unix:";
        private static final int OWNER_ONLY = 0700;
        private static final int LONGEST_PATH = 100;

        /** {@link IllegalArgumentException} with a text for the user. */
        static Given parse(String text) {
            List<String> parts = Arrays.asList(text.split(",", -1));
            String where = parts.get(0).trim();
            boolean unix = where.startsWith(UNIX);
            String path = unix ? where.substring(UNIX.length()) : "";
            Check.argument(
                    !unix || (!path.isEmpty() && path.length() <= LONGEST_PATH),
                    "the path of a Unix socket has 1 to %d characters",
                    LONGEST_PATH);
            Check.argument(unix || where.lastIndexOf(':') > 0, "'%s' is not HOST:PORT or unix:PATH", where);
            Given given = new Given(
                    text,
                    unix ? NOWHERE : HostPort.parse(where, 0),
                    path,
                    OWNER_ONLY,
                    Spoken.ANY,
                    false,
                    Optional.empty(),
                    false);
            for (String setting : parts.subList(1, parts.size())) {
                given = given.with(setting.trim());
            }
            return given;
        }

        /** @param authOtherwise whether clients must authenticate if nothing is said of it */
        ListenerOptions listener(boolean authOtherwise) {
            return new ListenerOptions(address, path, mode, protocol, tls, auth.orElse(authOtherwise), readOnly);
        }

        private Given with(String setting) {
            Spoken newProtocol = protocol;
            int newMode = mode;
            boolean newTls = tls;
            boolean newReadOnly = readOnly;
            Optional<Boolean> newAuth = auth;
            switch (setting) {
                case "tls" -> newTls = true;
                case "read-only" -> newReadOnly = true;
                case "auth=on" -> newAuth = Optional.of(true);
                case "auth=off" -> newAuth = Optional.of(false);
                case "protocol=any" -> newProtocol = Spoken.ANY;
                case "protocol=text" -> newProtocol = Spoken.TEXT;
                case "protocol=binary" -> newProtocol = Spoken.BINARY;
                default -> {
                    Check.argument(
                            !path.isEmpty() && setting.matches("mode=[0-7]{3,4}"),
                            "'%s' is not one of tls, protocol=any|text|binary, auth=on|off, read-only, or"
                                    + " mode=OCTAL for a Unix socket",
                            setting);
                    newMode = Integer.parseInt(setting.substring("mode=".length()), 8);
                }
            }
            return new Given(text, address, path, newMode, newProtocol, newTls, newAuth, newReadOnly);
        }
    }

    private static final HostPort NOWHERE = new HostPort("unix", 0);

    /** A plain one as {@code -t} makes it. */
    static ListenerOptions plain(HostPort address) {
        return new ListenerOptions(address, "", 0, Spoken.ANY, false, false, false);
    }

    boolean isUnix() {
        return !path.isEmpty();
    }

    ListenerOptions withAuth(boolean required) {
        return new ListenerOptions(address, path, mode, protocol, tls, required, readOnly);
    }

    ListenerOptions withBinary() {
        return new ListenerOptions(address, path, mode, Spoken.BINARY, tls, auth, readOnly);
    }

    ListenerOptions withTls() {
        return new ListenerOptions(address, path, mode, protocol, true, auth, readOnly);
    }

    ListenerOptions withReadOnly() {
        return new ListenerOptions(address, path, mode, protocol, tls, auth, true);
    }

    /** The address for people. */
    String where() {
        return isUnix() ? "unix:" + path : address.toString();
    }
}
