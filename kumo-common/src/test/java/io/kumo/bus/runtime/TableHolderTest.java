package io.kumo.bus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableStamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TableHolderTest {
    private static final ClusterTable FIRST =
            ClusterTable.birth("00000000000000c1", 3, 4, List.of(new HostPort("mgr1", 19700)));
    private static final ClusterTable SECOND = FIRST.next(List.of(), FIRST.partitions());

    @Test
    void keepsTheNewestAndTellsOfItOnce() {
        TableHolder holder = new TableHolder("");
        List<Long> heard = new ArrayList<>();
        assertEquals(0, holder.version());
        assertTrue(holder.offer(FIRST));
        holder.listenInline(table -> heard.add(table.version()));
        assertTrue(holder.offer(SECOND));
        assertFalse(holder.offer(SECOND));
        assertFalse(holder.offer(FIRST));
        assertEquals(Optional.of(SECOND), holder.table());
        assertEquals(List.of(1L, 2L), heard);
    }

    @Test
    void saysOfWhichTablesItHasNoNeed() {
        TableHolder holder = new TableHolder("");
        assertFalse(holder.isKnown(stamp(FIRST)), "none is known");
        holder.offer(SECOND);
        assertTrue(holder.isKnown(stamp(FIRST)));
        assertTrue(holder.isKnown(stamp(SECOND)));
        assertFalse(holder.isKnown(new TableStamp(SECOND.clusterId(), 3)));
        assertFalse(holder.isKnown(new TableStamp("00000000000000ff", 1)), "that one is to be refused");
    }

    private static TableStamp stamp(ClusterTable table) {
        return new TableStamp(table.clusterId(), table.version());
    }

    @Test
    void belongsToTheClusterItHeardOfFirst() {
        TableHolder holder = new TableHolder("");
        holder.offer(FIRST);
        assertEquals("00000000000000c1", holder.clusterId());
        assertForeignRefused(holder);
    }

    @Test
    void belongsToTheClusterItWasMadeFor() {
        TableHolder holder = new TableHolder("00000000000000c1");
        assertForeignRefused(holder);
        assertTrue(holder.offer(FIRST));
    }

    private static void assertForeignRefused(TableHolder holder) {
        ClusterTable foreign = ClusterTable.birth("00000000000000ff", 3, 4, List.of(new HostPort("mgr1", 19700)));
        KumoException failure = assertThrows(KumoException.class, () -> holder.offer(foreign));
        assertEquals(ErrorCode.WRONG_CLUSTER, failure.code());
        assertTrue(failure.getMessage().contains("00000000000000ff"), failure::getMessage);
    }
}
