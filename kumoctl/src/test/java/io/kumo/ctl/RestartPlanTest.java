package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestartPlanTest {
    private static final RebalanceStatus RESTING = new RebalanceStatus(false, 0, 0, 0, 0, 0);
    private static final RebalanceStatus MOVING = new RebalanceStatus(true, 1, 9, 0, 0, -1);

    @Test
    void takesTheAttachedServersInTheOrderOfTheirAddresses() {
        StatusResult status = status(
                3, 0, 0, RESTING, server(1, "svr2", "active"), server(2, "svr1", "active"), server(3, "svr3", "new"));
        assertEquals(List.of("svr1:19800", "svr2:19800"), addresses(status));
        assertEquals(List.of("svr2:19800"), addresses(status, "svr2", "0000000000000001"));
        assertThrows(IllegalArgumentException.class, () -> addresses(status, "svr3"));
        assertThrows(IllegalArgumentException.class, () -> addresses(status(3, 0, 0, RESTING)));
    }

    @Test
    void putsTheServerIntoTheCommand() {
        ServerStatus server = server(10, "svr1", "active");
        assertEquals(
                "ssh svr1 restart 19800 svr1:19800 000000000000000a svr1",
                RestartPlan.command("ssh {host} restart {port} {address} {id} {host}", server));
        assertThrows(IllegalArgumentException.class, () -> RestartPlan.command("{name}", server));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$(reboot)", "a;b", "`x`", "a'b"})
    void putsNothingIntoTheCommandThatAShellWouldRun(String host) {
        assertThrows(IllegalArgumentException.class, () -> RestartPlan.command("{host}", server(1, host, "active")));
    }

    @Test
    void nothingIsInTheWayOfAHealthyCluster() {
        StatusResult three = status(
                3,
                0,
                0,
                RESTING,
                server(1, "a", "active"),
                server(2, "b", "active"),
                server(3, "c", "active"),
                server(4, "d", "new"));
        assertEquals("", RestartPlan.obstacle(three, Optional.empty()));
        StatusResult fewerServersThanCopies =
                status(3, 1024, 0, RESTING, server(1, "a", "active"), server(2, "b", "active"));
        assertEquals("", RestartPlan.obstacle(fewerServersThanCopies, Optional.empty()));
    }

    @Test
    void saysWhatIsInTheWay() {
        ServerStatus a = server(1, "a", "active");
        ServerStatus b = server(2, "b", "active");
        assertObstacle("b:19800 is fault", status(2, 0, 0, RESTING, a, server(2, "b", "fault")));
        assertObstacle("b:19800 is joining", status(2, 0, 0, RESTING, a, server(2, "b", "joining")));
        assertObstacle("3 partitions are down", status(2, 0, 3, RESTING, a, b));
        assertObstacle("5 partitions have fewer than 2 copies in sync", status(2, 5, 0, RESTING, a, b));
        assertObstacle("partitions are being moved", status(2, 0, 0, MOVING, a, b));
    }

    @Test
    void onlyTheServerThatIsRestartedMayBeDrained() {
        StatusResult status = status(2, 0, 0, RESTING, server(1, "a", "active"), server(2, "b", "drained"));
        assertEquals("", RestartPlan.obstacle(status, Optional.of(new ServerId(2))));
        assertTrue(RestartPlan.obstacle(status, Optional.of(new ServerId(1))).contains("b:19800 is drained"));
        assertObstacle("b:19800 is drained", status);
    }

    private static void assertObstacle(String expected, StatusResult status) {
        assertEquals(expected, RestartPlan.obstacle(status, Optional.empty()));
    }

    private static List<String> addresses(StatusResult status, String... names) {
        return RestartPlan.servers(status, List.of(names), 19800).stream()
                .map(server -> server.address().toString())
                .toList();
    }

    private static ServerStatus server(long id, String host, String state) {
        return new ServerStatus(new ServerId(id), new HostPort(host, 19800), state, 1, 2, 3, 4, 0);
    }

    private static StatusResult status(
            int replicas, int underReplicated, int down, RebalanceStatus rebalance, ServerStatus... servers) {
        return new StatusResult(
                "c",
                5,
                replicas,
                1024,
                underReplicated,
                down,
                false,
                List.of(),
                Stream.of(servers).toList(),
                rebalance,
                false);
    }
}
