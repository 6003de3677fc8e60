package io.kumo.base;

/**
 * A host name or address and a TCP port: {@code host:port}, {@code [v6]:port}. Port 0 means any free port.
 *
 * @param host a name, an IPv4 address or an IPv6 address without brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
    public HostPort {
        Check.argument(!host.isBlank() && host.chars().noneMatch(c -> c <= ' '), "a host name is missing");
        Check.argument(port >= 0 && port <= 65535, "port %d is not between 0 and 65535", port);
    }

    /**
     * Reads {@code HOST}, {@code HOST:PORT}, {@code [V6]:PORT} or a bare IPv6 address.
     *
     * @param defaultPort the port where the text has none
     * @throws IllegalArgumentException with a text for the user
     */
    public static HostPort parse(String text, int defaultPort) {
        String trimmed = text.trim();
        if (trimmed.startsWith("[")) {
            int close = trimmed.indexOf(']');
            Check.argument(close > 0, "'%s' lacks the closing ']' of an IPv6 address", text);
            String rest = trimmed.substring(close + 1);
            Check.argument(rest.isEmpty() || rest.startsWith(":"), "'%s' is not HOST:PORT", text);
            int port = rest.isEmpty() ? defaultPort : parsePort(rest.substring(1), text);
            return new HostPort(trimmed.substring(1, close), port);
        }
        int colon = trimmed.indexOf(':');
        if (colon < 0 || trimmed.indexOf(':', colon + 1) >= 0) {
            return new HostPort(trimmed, defaultPort);
        }
        return new HostPort(trimmed.substring(0, colon), parsePort(trimmed.substring(colon + 1), text));
    }

    private static int parsePort(String digits, String text) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + digits + "' in '" + text + "' is not a port number", e);
        }
    }

    public HostPort withPort(int newPort) {
        return new HostPort(host, newPort);
    }

    @Override
    public int compareTo(HostPort other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
