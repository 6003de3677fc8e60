package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusFormatterTest {
    private static final RebalanceStatus RESTING = new RebalanceStatus(false, 0, 0, 0, 0, -1);
    private static final RebalanceStatus MOVING = new RebalanceStatus(true, 250, 1000, 3 << 20, 1 << 20, 75);

    @Test
    void showsAttachedAndNewServersInKumofssOrder() {
        assertEquals("""
                cluster:
                  00000000000000aa  table version 12  copies 3
                attached node:
                  svr1:19800  (active)  primaries 512  copies 1024  items 10  2.0 KiB  0000000000000001
                  svr2:19800  (fault)  primaries 0  copies 3  items 0  0 B  0000000000000002
                not attached node:
                  svr3:19800  0000000000000003
                manager:
                  mgr1:19700  (leader)
                  mgr2:19700  (fault)
                partitions:
                  1024 in all, 7 under-replicated, 0 down
                auto replace:
                  disabled
                rebalance:
                  not running
                """, StatusFormatter.text(status(RESTING)));
    }

    @Test
    void showsDamagedCopiesWhereThereAreAny() {
        ServerStatus damaged =
                new ServerStatus(new ServerId(1), new HostPort("svr1", 19800), "active", 1, 2, 10, 2048, 4);
        String text = StatusFormatter.text(status(RESTING, List.of(damaged)));
        assertTrue(text.contains("2.0 KiB  damaged copies 4  0000000000000001\n"), text);
        assertTrue(text.contains("7 under-replicated, 0 down, 4 damaged copies are being mended\n"), text);
        assertTrue(StatusJson.text(status(RESTING, List.of(damaged))).contains("\"damaged\" : 4"));
    }

    @Test
    void showsHowFarARebalanceIs() {
        String line = StatusFormatter.progress(MOVING);
        assertEquals(
                "[#######.......................]  25 %  250 of 1000 moves  3.0 MiB copied  1.0 MiB/s"
                        + "  time left 1 min 15 s",
                line);
    }

    /** Or who waits for the end of an attach waits for ever, and does not know for what. */
    @Test
    void saysWhatAMoveWaitsFor() {
        String line = StatusFormatter.progress(status(MOVING, List.of(), 3));
        assertTrue(
                line.endsWith("15 s  3 partitions are down and can't move: 'kumoctl MANAGER doctor' says why"), line);
        assertEquals("not running", StatusFormatter.progress(status(RESTING, List.of(), 3)));
    }

    @Test
    void jsonHasTheFieldsThatScriptsRelyOn() {
        String json = StatusJson.text(status(MOVING));
        for (String field : List.of(
                "\"cluster\" : \"00000000000000aa\"",
                "\"version\" : 12",
                "\"underReplicated\" : 7",
                "\"leader\" : true",
                "\"state\" : \"fault\"",
                "\"primaries\" : 512",
                "\"movesTotal\" : 1000",
                "\"etaSec\" : 75")) {
            assertTrue(json.contains(field), () -> field + " is missing in " + json);
        }
    }

    private static StatusResult status(RebalanceStatus rebalance) {
        return status(
                rebalance,
                List.of(
                        server(1, "active", 512, 1024, 10, 2048),
                        server(2, "fault", 0, 3, 0, 0),
                        server(3, "new", 0, 0, 0, 0)));
    }

    private static StatusResult status(RebalanceStatus rebalance, List<ServerStatus> servers) {
        return status(rebalance, servers, 0);
    }

    private static StatusResult status(RebalanceStatus rebalance, List<ServerStatus> servers, int down) {
        return new StatusResult(
                "00000000000000aa",
                12,
                3,
                1024,
                7,
                down,
                false,
                List.of(
                        new ManagerStatus(new HostPort("mgr1", 19700), true, true),
                        new ManagerStatus(new HostPort("mgr2", 19700), false, false)),
                servers,
                rebalance,
                false);
    }

    private static ServerStatus server(int n, String state, int primaries, int copies, long items, long bytes) {
        return new ServerStatus(
                new ServerId(n), new HostPort("svr" + n, 19800), state, primaries, copies, items, bytes, 0);
    }
}
