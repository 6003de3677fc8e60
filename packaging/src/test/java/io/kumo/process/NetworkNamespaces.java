package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host of its own for each daemon: a network namespace with an address on one bridge. What goes from one to another
 * can be cut, in one direction or in both: it is lost without a word. Needs root, ip and nft; its names have the
 * process id of the test, and it removes what it made, and what a test left that was killed.
 */
final class NetworkNamespaces implements Hosts, AutoCloseable {
    private static final String MARK = "kt";
    private static final String TABLE = "kumotest";

    private final long pid = ProcessHandle.current().pid();
    private final String bridge = MARK + pid;
    private final String network;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();

    NetworkNamespaces() {
        removeLeftovers();
        network = "10.213." + pid % 250 + ".";
        ip("link", "add", bridge, "type", "bridge");
        ip("addr", "add", network + "254/24", "dev", bridge);
        ip("link", "set", bridge, "up");
    }

    /** Why there can be none here; empty where they can. */
    static Optional<String> missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("network namespaces need root");
        }
        for (String tool : List.of("ip", "nft")) {
            if (run(List.of("sh", "-c", "command -v " + tool)).exit() != 0) {
                return Optional.of("there is no " + tool + ": install iproute2 and nftables");
            }
        }
        return Optional.empty();
    }

    @Override
    public String address(String name) {
        return network + number(name);
    }

    @Override
    public List<String> prefix(String name) {
        return List.of("ip", "netns", "exec", space(number(name)));
    }

    /** Makes the namespace when a name is first heard. */
    private int number(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        int number = numbers.size() + 1;
        numbers.put(name, number);
        String space = space(number);
        String outside = bridge + "v" + number;
        ip("netns", "add", space);
        ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", space);
        ip("link", "set", outside, "master", bridge, "up");
        ip("-n", space, "addr", "add", network + number + "/24", "dev", "eth0");
        ip("-n", space, "link", "set", "lo", "up");
        ip("-n", space, "link", "set", "eth0", "up");
        heal(space);
        return number;
    }

    private String space(int number) {
        return MARK + pid + "n" + number;
    }

    /** From now on nothing that {@code from} sends reaches {@code to}. */
    void cut(String from, String to) {
        nft(space(number(to)), "add rule inet " + TABLE + " in ip saddr " + address(from) + " drop");
    }

    /** Nothing passes between these and those. */
    void part(List<String> these, List<String> those) {
        for (String one : these) {
            for (String other : those) {
                cut(one, other);
                cut(other, one);
            }
        }
    }

    /** Everything passes again. */
    void heal() {
        numbers.values().forEach(number -> heal(space(number)));
    }

    private static void heal(String space) {
        nft(
                space,
                "add table inet " + TABLE + "; delete table inet " + TABLE + "; add table inet " + TABLE
                        + "; add chain inet " + TABLE + " in { type filter hook input priority 0; }");
    }

    @Override
    public void close() {
        remove(pid);
    }

    /** Of tests that were killed. */
    private static void removeLeftovers() {
        run(List.of("ip", "netns", "list"))
                .output()
                .lines()
                .map(line -> line.split(" ")[0])
                .filter(name -> name.matches(MARK + "[0-9]+n[0-9]+"))
                .map(name -> Long.parseLong(name.substring(MARK.length(), name.indexOf('n'))))
                .distinct()
                .filter(owner -> !Files.exists(Path.of("/proc/" + owner)))
                .forEach(NetworkNamespaces::remove);
    }

    private static void remove(long owner) {
        for (int number = 1; Files.exists(Path.of("/run/netns/" + MARK + owner + "n" + number)); number++) {
            run(List.of("ip", "netns", "del", MARK + owner + "n" + number));
            run(List.of("ip", "link", "del", MARK + owner + "v" + number)); // gone with its namespace, but later
        }
        run(List.of("ip", "link", "del", MARK + owner));
    }

    private static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        must(command);
    }

    private static void nft(String space, String rules) {
        must(List.of("ip", "netns", "exec", space, "nft", rules));
    }

    private static void must(List<String> command) {
        CommandResult result = run(command);
        assertEquals(0, result.exit(), () -> command + ": " + result.output());
    }

    private static CommandResult run(List<String> command) {
        return CommandResult.of(command);
    }
}
