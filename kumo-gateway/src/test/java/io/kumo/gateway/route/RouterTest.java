package io.kumo.gateway.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final ServerId ONE = new ServerId(1);
    private static final ServerId TWO = new ServerId(2);

    private static ServerInfo server(ServerId id) {
        return new ServerInfo(id, new HostPort("host", (int) id.value()), 1, "", ServerState.ATTACHED, true);
    }

    private static Router router() {
        List<Partition> rows = List.of(
                new Partition(0, 1, List.of(TWO, ONE), List.of(), List.of()),
                new Partition(1, 1, List.of(ONE), List.of(TWO), List.of()),
                new Partition(2, 1, List.of(), List.of(), List.of()),
                new Partition(3, 1, List.of(ONE, TWO), List.of(), List.of()));
        return Router.of(new ClusterTable(
                "cluster", 5, 2, false, 0, List.of(), List.of(server(ONE), server(TWO)), rows, Orders.NONE));
    }

    @Test
    void findsThePrimaryOfEachPartition() {
        Router router = router();
        assertEquals(5, router.version());
        assertEquals(TWO, router.servers().get(router.primaryOf(0)).id());
        assertEquals(ONE, router.servers().get(router.primaryOf(1)).id());
        assertEquals(-1, router.primaryOf(2));
    }

    @Test
    void takesTurnsAmongTheCopiesInSyncAndLeavesOutJoiners() {
        Router router = router();
        assertEquals(1, router.copyOf(0, 0));
        assertEquals(0, router.copyOf(0, 1));
        assertEquals(0, router.copyOf(1, 7));
        assertEquals(-1, router.copyOf(2, 3));
        assertTrue(router.copyOf(3, -1) >= 0);
    }

    @Test
    void knowsNobodyBeforeTheFirstTable() {
        assertFalse(Router.NONE.hasServers());
        assertEquals(0, Router.NONE.version());
    }
}
