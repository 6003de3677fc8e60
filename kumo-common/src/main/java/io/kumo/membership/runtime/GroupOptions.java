package io.kumo.membership.runtime;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.membership.Member;
import io.kumo.security.runtime.NodeSecurity;
import java.util.List;
import java.util.function.Supplier;

/**
 * How this process takes part in the group.
 *
 * @param self who it is
 * @param bind where it listens for the group; a manager's port is fixed, a server's 0
 * @param managers group addresses of all managers, of this one too; a manager's group port is its RPC port + 10 unless
 *     another is given
 * @param cluster id of this process's cluster, as far as it knows one; else empty. Asked from any thread
 * @param security how members prove who they are
 */
public record GroupOptions(
        Member self, HostPort bind, List<HostPort> managers, Supplier<String> cluster, NodeSecurity security) {
    /** What a manager's group port is above its RPC port. */
    public static final int PORT_OFFSET = 10;

    public GroupOptions {
        managers = List.copyOf(managers);
        Check.argument(!managers.isEmpty(), "no manager's address is given");
    }

    /** Of a process that knows no cluster yet. */
    public GroupOptions(Member self, HostPort bind, List<HostPort> managers) {
        this(self, bind, managers, () -> "", NodeSecurity.open());
    }

    /** The group address of the manager that has that RPC address, unless another is given. */
    public static HostPort groupAddress(HostPort rpcAddress) {
        return rpcAddress.withPort(rpcAddress.port() + PORT_OFFSET);
    }
}
