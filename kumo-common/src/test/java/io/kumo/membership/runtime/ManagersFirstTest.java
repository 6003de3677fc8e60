package io.kumo.membership.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.HostPort;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.table.ServerId;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.util.UUID;
import org.junit.jupiter.api.Test;

class ManagersFirstTest {
    private final ManagersFirst policy = new ManagersFirst();
    private final Address older = manager(1);
    private final Address younger = manager(2);
    private final Address one = server(1);
    private final Address two = server(2);
    private final Address stranger = UUID.randomUUID();

    private static Address manager(int port) {
        return GroupStack.address(new ManagerMember(new HostPort("127.0.0.1", port)));
    }

    private static Address server(int id) {
        return GroupStack.address(new ServerMember(new ServerId(id), id));
    }

    @Test
    void aManagerThatJoinsServersComesFirst() {
        assertEquals(
                List.of(older, one, two),
                policy.getNewMembership(List.of(one, two), List.of(older), List.of(), List.of()));
    }

    @Test
    void managersKeepTheirOrderAndSoDoOthers() {
        assertEquals(
                List.of(older, younger, stranger, one, two),
                policy.getNewMembership(List.of(older, stranger, one), List.of(two, younger), List.of(), List.of()));
        assertEquals(
                List.of(younger, one),
                policy.getNewMembership(List.of(older, younger, one, two), List.of(), List.of(older), List.of(two)));
    }

    @Test
    void aMergeHasAManagerFirstWhoeverLedItsGroup() {
        for (List<Address> servers : List.of(List.of(one, two), List.of(two, one))) {
            List<Address> merged = policy.getNewMembership(List.of(servers, List.of(older)));
            assertEquals(older, merged.get(0));
            assertEquals(3, merged.size());
        }
        List<Address> merged = policy.getNewMembership(List.of(List.of(one, stranger), List.of(younger, two)));
        assertEquals(younger, merged.get(0));
    }
}
