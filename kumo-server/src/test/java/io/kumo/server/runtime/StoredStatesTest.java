package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.replica.Recovery;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StoredStatesTest {
    private static final long RECORD_BYTES = entry(10).footprintBytes();

    private static LogEntry entry(int i) {
        return LogEntry.internal(EntryKind.PUT, 1, i, Bytes.utf8("key" + i), Bytes.utf8("value"));
    }

    private static Checkpoint checkpoint(int partition, boolean wipe, boolean complete, int records) {
        List<LogEntry> entries = new ArrayList<>();
        for (int i = records; i > 0; i--) {
            entries.add(entry(i));
        }
        return new Checkpoint(partition, wipe, 7, 42, complete, Bytes.utf8("own"), entries);
    }

    @Test
    void aReplicaFindsAgainWhatItLeft() {
        for (boolean complete : new boolean[] {true, false}) {
            PartitionState state = StoredStates.stateOf(checkpoint(1, false, complete, 0));
            assertEquals(new Recovery(7, 42, complete, Bytes.utf8("own")), StoredStates.recoveryOf(state));
        }
        assertSame(Recovery.NONE, StoredStates.recoveryOf(PartitionState.EMPTY));
    }

    @Test
    void smallCheckpointsShareATransaction() {
        List<List<PartitionChange>> transactions = StoredStates.transactions(
                List.of(checkpoint(1, true, true, 3), checkpoint(2, false, true, 4)), 10 * RECORD_BYTES);
        assertEquals(1, transactions.size());
        assertEquals(2, transactions.get(0).size());
        assertTrue(transactions.get(0).get(0).clear());
        assertFalse(transactions.get(0).get(1).clear());
    }

    @Test
    void onlyTheLastPartOfALargeOneMovesTheState() {
        List<List<PartitionChange>> transactions =
                StoredStates.transactions(List.of(checkpoint(1, true, true, 25)), 10 * RECORD_BYTES);
        assertEquals(3, transactions.size());
        List<PartitionChange> parts =
                transactions.stream().map(each -> each.get(0)).toList();
        assertEquals(
                List.of(true, false, false),
                parts.stream().map(PartitionChange::clear).toList());
        assertEquals(
                List.of(false, false, true),
                parts.stream().map(part -> part.state().isPresent()).toList());
        assertEquals(25, parts.stream().mapToInt(part -> part.records().size()).sum());
    }

    @Test
    void whatFillsATransactionLeavesTheNextPartitionWhole() {
        List<List<PartitionChange>> transactions =
                StoredStates.transactions(List.of(checkpoint(1, true, true, 1), checkpoint(2, true, true, 1)), 1);
        assertEquals(2, transactions.size());
        for (List<PartitionChange> transaction : transactions) {
            assertEquals(1, transaction.size());
            assertTrue(transaction.get(0).clear());
            assertTrue(transaction.get(0).state().isPresent());
            assertEquals(1, transaction.get(0).records().size());
        }
    }

    @Test
    void recordsAreInTheOrderOfTheirKeys() {
        List<LogEntry> records = StoredStates.transactions(List.of(checkpoint(1, false, true, 30)), 1_000_000)
                .get(0)
                .get(0)
                .records();
        for (int i = 1; i < records.size(); i++) {
            assertTrue(records.get(i - 1).key().compareTo(records.get(i).key()) < 0);
        }
    }

    @Test
    void ofADroppedPartitionNothingIsLeft() {
        Checkpoint dropped = new Checkpoint(3, true, 0, 0, true, Bytes.utf8("own"), List.of());
        assertEquals(List.of(List.of(PartitionChange.drop(3))), StoredStates.transactions(List.of(dropped), 10));
    }
}
