package io.kumo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberTest {
    private static final Member MANAGER = new ManagerMember(new HostPort("mgr1", 19700));
    private static final Member MANAGER_V6 = new ManagerMember(new HostPort("fe80::1", 19700));
    private static final Member SERVER = new ServerMember(new ServerId(0xab), -2);

    @Test
    void aNameIsReadAsItWasWritten() {
        assertEquals("manager/mgr1:19700", MANAGER.logicalName());
        assertEquals("server/00000000000000ab/fffffffffffffffe", SERVER.logicalName());
        for (Member member : List.of(MANAGER, MANAGER_V6, SERVER)) {
            assertEquals(Optional.of(member), Member.parse(member.logicalName()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "manager",
                "manager/",
                "manager/a:b",
                "manager/a:1/2",
                "server/ab",
                "server/0/1",
                "server/xy/1",
                "server/ab/-1",
                "gateway/a:1",
                "server/ab/1/2",
                "/"
            })
    void whatIsNoNameIsNobody(String name) {
        assertEquals(Optional.empty(), Member.parse(name));
    }

    @Test
    void theFirstManagerLeadsWhoeverIsBeforeIt() {
        MembershipView view = new MembershipView(List.of(SERVER, MANAGER_V6, MANAGER));
        assertEquals(Optional.of(new HostPort("fe80::1", 19700)), view.leader());
        assertEquals(2, view.managers().size());
        assertTrue(view.hasServer(new ServerId(0xab)));
        assertFalse(view.hasServer(new ServerId(0xac)));
        assertEquals(Optional.empty(), MembershipView.NONE.leader());
    }
}
