package io.kumo.ctl;

import io.kumo.base.HostPort;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a rolling restart restarts, with which commands, and when it must not go on. */
public final class RestartPlan {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");
    /** What a shell takes as one plain word. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:\\[\\]-]+");

    private RestartPlan() {}

    /**
     * The servers in the order in which they are restarted.
     *
     * @param names ids or addresses; empty for all that are attached
     * @throws IllegalArgumentException with a text for the user
     */
    public static List<ServerStatus> servers(StatusResult status, List<String> names, int defaultPort) {
        List<ServerStatus> attached = status.servers().stream()
                .filter(RestartPlan::isAttached)
                .sorted(Comparator.comparing(ServerStatus::address))
                .toList();
        if (attached.isEmpty()) {
            throw new IllegalArgumentException("no server is attached");
        }
        if (names.isEmpty()) {
            return attached;
        }
        List<ServerStatus> chosen = new ArrayList<>();
        Set<ServerId> seen = new HashSet<>();
        for (String name : names) {
            ServerStatus server = attached.stream()
                    .filter(named(name, defaultPort))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no attached server is named '" + name + "'"));
            if (seen.add(server.id())) {
                chosen.add(server);
            }
        }
        return chosen;
    }

    private static Predicate<ServerStatus> named(String name, int defaultPort) {
        HostPort address = HostPort.parse(name, defaultPort);
        return server -> server.id().toString().equals(name) || server.address().equals(address);
    }

    private static boolean isDrained(ServerStatus server, Optional<ServerId> drained) {
        return server.state().equals("drained")
                && drained.filter(server.id()::equals).isPresent();
    }

    private static boolean isAttached(ServerStatus server) {
        return !server.state().equals("new");
    }

    /**
     * The command for one server: {@code {host}}, {@code {port}}, {@code {address}} and {@code {id}} are replaced.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static String command(String template, ServerStatus server) {
        Matcher matcher = PLACE.matcher(template);
        StringBuilder command = new StringBuilder();
        while (matcher.find()) {
            String value = switch (matcher.group(1)) {
                case "host" -> server.address().host();
                case "port" -> Integer.toString(server.address().port());
                case "address" -> server.address().toString();
                case "id" -> server.id().toString();
                default ->
                    throw new IllegalArgumentException("--command has " + matcher.group()
                            + ": what is replaced is {host}, {port}, {address} and {id}");
            };
            if (!PLAIN.matcher(value).matches()) {
                throw new IllegalArgumentException("'" + value + "' is not put into a command: name servers by hand");
            }
            matcher.appendReplacement(command, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(command).toString();
    }

    /**
     * Why no server may be stopped now; empty if all are there, all copies are in sync, and nothing moves.
     *
     * @param drained a server that may be drained
     */
    public static String obstacle(StatusResult status, Optional<ServerId> drained) {
        List<ServerStatus> attached =
                status.servers().stream().filter(RestartPlan::isAttached).toList();
        String absent = attached.stream()
                .filter(server -> !server.state().equals("active") && !isDrained(server, drained))
                .map(server -> server.address() + " is " + server.state())
                .collect(Collectors.joining(", "));
        if (!absent.isEmpty()) {
            return absent;
        }
        if (status.down() > 0) {
            return status.down() + " partitions are down";
        }
        if (status.underReplicated() > 0 && attached.size() >= status.replicas()) {
            return status.underReplicated() + " partitions have fewer than " + status.replicas() + " copies in sync";
        }
        return status.rebalance().running() ? "partitions are being moved" : "";
    }
}
