package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebalanceProgressTest {
    private static final ServerId A = new ServerId(1);
    private static final ServerId B = new ServerId(2);

    private final Observations seen = new ReportBook(0).observe(false, 0);
    private final RebalanceProgress progress = new RebalanceProgress();

    @Test
    void countsFromTheBeginningOfEachMove() {
        RebalanceStatus status = progress.update(table(0, 0), seen, 0);
        assertFalse(status.running());
        assertEquals(0, status.movesTotal());
        status = progress.update(table(8, 8), seen, 1_000);
        assertTrue(status.running());
        assertEquals(List.of(0L, 8L, -1L), List.of(status.movesDone(), status.movesTotal(), status.etaSec()));
        status = progress.update(table(8, 2), seen, 4_000);
        assertEquals(List.of(6L, 8L, 1L), List.of(status.movesDone(), status.movesTotal(), status.etaSec()));
        status = progress.update(table(8, 0), seen, 5_000);
        assertFalse(status.running());
        assertEquals(8, status.movesDone());
        status = progress.update(table(8, 3), seen, 90_000); // a repair, which nobody planned
        assertEquals(List.of(0L, 3L), List.of(status.movesDone(), status.movesTotal()));
    }

    @Test
    void aNewLeaderGoesOnCountingFromThePlan() {
        RebalanceStatus status = progress.update(table(8, 3), seen, 0);
        assertEquals(List.of(5L, 8L), List.of(status.movesDone(), status.movesTotal()));
    }

    /** Eight rows on A that are meant to be on B as well; on some of them it is joining still. */
    private static ClusterTable table(long planned, int left) {
        List<Partition> rows = IntStream.range(0, 8)
                .mapToObj(id -> id < left
                        ? new Partition(id, 1, List.of(A), List.of(B), List.of(A, B))
                        : new Partition(id, 1, List.of(A, B), List.of(), List.of(A, B)))
                .toList();
        HostPort address = new HostPort("s", 1);
        List<ServerInfo> servers = List.of(
                new ServerInfo(A, address, 1, "", ServerState.ATTACHED, true),
                new ServerInfo(B, address, 1, "", ServerState.ATTACHED, true));
        return new ClusterTable("c", 2, 2, false, planned, List.of(new HostPort("m", 1)), servers, rows, Orders.NONE);
    }
}
