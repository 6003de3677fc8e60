package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The servers that one of kumofs's tools asks: those that it is given, or with {@code -m} all that a manager knows.
 *
 * @param manager empty if servers are given
 * @param given with {@code -m} empty
 */
record Servers(Optional<HostPort> manager, List<HostPort> given) {
    private static final int SERVER_PORT = 19800;

    static final OptionSpec<Optional<HostPort>> MANAGER = OptionSpec.hostPort(
                    "manager", "localhost", KumoctlMain.MANAGER_PORT, "Ask this manager which servers there are.")
            .shorts("m")
            .optional();

    /** A server, and its state as the managers have it; empty if they were not asked. */
    record Server(HostPort address, String state) {}

    static Servers of(String program, ParsedOptions options, List<String> addresses) {
        Optional<HostPort> manager = options.value(MANAGER);
        if (manager.isEmpty() && addresses.isEmpty()) {
            throw new UsageException(program + ": give a server, or a manager with -m (see " + program + " --help)");
        }
        if (manager.isPresent() && !addresses.isEmpty()) {
            throw new UsageException(
                    program + ": give either servers or a manager with -m, not both (see " + program + " --help)");
        }
        try {
            return new Servers(
                    manager,
                    addresses.stream()
                            .map(text -> HostPort.parse(text, SERVER_PORT))
                            .toList());
        } catch (IllegalArgumentException e) {
            throw new UsageException(program + ": " + e.getMessage() + " (see " + program + " --help)");
        }
    }

    /** Who is asked first. */
    HostPort first() {
        return manager.orElseGet(() -> given.get(0));
    }

    /** Those that are attached, also the faulty ones. */
    List<Server> attached(ManagerClient client) {
        if (manager.isEmpty()) {
            return given.stream().map(address -> new Server(address, "")).toList();
        }
        List<Server> servers = new ArrayList<>();
        for (ServerStatus status : client.ask(new Status()).servers()) {
            if (!status.state().equals("new")) {
                servers.add(new Server(status.address(), status.state()));
            }
        }
        return servers;
    }
}
