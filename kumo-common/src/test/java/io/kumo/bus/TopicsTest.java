package io.kumo.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.table.ServerId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopicsTest {
    @Test
    void namesAreThoseOfTheContract() {
        assertEquals("kumo/c1/table", Topics.table("c1"));
        assertEquals("kumo/c1/table/delta/7", Topics.delta("c1", 7));
        assertEquals("kumo/c1/rebalance", Topics.rebalance("c1"));
        assertEquals("kumo/c1/node/00000000000000ab", Topics.node("c1", new ServerId(0xab)));
        assertEquals("kumo/c1/events", Topics.events("c1"));
    }

    @Test
    void tellsTablesDeltasAndTheRestApart() {
        assertEquals(Optional.of("c1"), Topics.clusterOfTable(Topics.table("c1")));
        assertEquals(Optional.empty(), Topics.clusterOfTable(Topics.delta("c1", 7)));
        assertEquals(Optional.of("c1"), Topics.clusterOfDelta(Topics.delta("c1", 7)));
        assertEquals(Optional.empty(), Topics.clusterOfDelta(Topics.table("c1")));
        assertEquals(Optional.empty(), Topics.clusterOfTable("other/c1/table"));
        assertEquals(Optional.empty(), Topics.clusterOfTable("kumo/c1/events"));
        assertEquals(Optional.empty(), Topics.clusterOfDelta(""));
    }
}
