package io.kumo.membership;

import io.kumo.base.HostPort;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Optional;

/**
 * Who is there, in an order that all who have the same view agree on.
 *
 * @param members the longest-standing first; empty until this process has joined
 */
public record MembershipView(List<Member> members) {
    public static final MembershipView NONE = new MembershipView(List.of());

    public MembershipView {
        members = List.copyOf(members);
    }

    /** The manager that leads: the first one. */
    public Optional<HostPort> leader() {
        return managers().stream().findFirst();
    }

    /** RPC addresses of the managers, in order. */
    public List<HostPort> managers() {
        return members.stream()
                .filter(ManagerMember.class::isInstance)
                .map(member -> ((ManagerMember) member).address())
                .toList();
    }

    public List<ServerMember> servers() {
        return members.stream()
                .filter(ServerMember.class::isInstance)
                .map(ServerMember.class::cast)
                .toList();
    }

    /** Whether that server is there, in whatever incarnation. */
    public boolean hasServer(ServerId id) {
        return servers().stream().anyMatch(server -> server.id().equals(id));
    }
}
