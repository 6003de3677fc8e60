package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemtableTest {
    private final MemoryBudget budget = new MemoryBudget(10_000, 20_000);
    private final Memtable table = new Memtable(budget);

    private static LogEntry put(long seq, String key) {
        return LogEntry.internal(EntryKind.PUT, 1, seq, Bytes.utf8(key), Bytes.utf8("v" + seq));
    }

    @Test
    void aStoredRecordBecomesCleanUnlessItChangedMeanwhile() {
        LogEntry one = put(1, "a");
        LogEntry two = put(2, "b");
        table.putDirty(one, 0);
        table.putDirty(two, 0);
        LogEntry newer = put(3, "b");
        table.putDirty(newer, 0);
        table.onStored(one);
        table.onStored(two);
        assertEquals(1, table.dirtyCount());
        assertSame(newer, table.dirty().get(0));
        assertEquals(one.footprintBytes(), budget.cleanBytes());
        assertEquals(newer.footprintBytes(), budget.dirtyBytes());
    }

    @Test
    void aStoredDeleteIsForgotten() {
        LogEntry delete = LogEntry.internal(EntryKind.DELETE, 1, 1, Bytes.utf8("a"), Bytes.EMPTY);
        table.putDirty(delete, 0);
        assertSame(delete, table.find(Bytes.utf8("a")));
        table.onStored(delete);
        assertNull(table.find(Bytes.utf8("a")));
        assertEquals(0, budget.dirtyBytes() + budget.cleanBytes());
    }

    @Test
    void cleanRecordsGiveWayAndDirtyOnesStay() {
        for (int i = 0; i < 30; i++) {
            table.putDirty(put(i, "dirty" + i), 0);
        }
        for (int i = 0; i < 500; i++) {
            table.putClean(put(1000 + i, "clean" + i), 0);
        }
        assertTrue(budget.dirtyBytes() + budget.cleanBytes() <= 20_000);
        assertTrue(budget.cleanBytes() > 0);
        for (int i = 0; i < 30; i++) {
            assertNotNull(table.find(Bytes.utf8("dirty" + i)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void isAMap(long seed) {
        Random random = new Random(seed);
        EntryTable entries = new EntryTable();
        Map<Bytes, LogEntry> expected = new HashMap<>();
        for (int i = 0; i < 5000; i++) {
            LogEntry entry = put(i, "k" + random.nextInt(300));
            if (random.nextInt(3) > 0) {
                assertSame(expected.put(entry.key(), entry), entries.find(entry.key()));
                entries.put(entry, (byte) 1, i);
            } else {
                int slot = entries.slotOf(entry.key());
                assertEquals(expected.remove(entry.key()) != null, slot >= 0);
                if (slot >= 0) {
                    entries.removeAt(slot);
                    entries.shrink();
                }
            }
            assertEquals(expected.size(), entries.count());
        }
        expected.forEach((key, entry) -> assertSame(entry, entries.find(key)));
    }

    @Test
    void knowsWhetherAndWhenARecordWasRead() {
        Bytes key = put(1, "k").key();
        table.putDirty(put(1, "k"), 10_000);
        assertFalse(table.wasRead(key));
        assertEquals(3, table.idleSec(key, 13_999));
        table.read(key, 20_000);
        assertTrue(table.wasRead(key));
        assertEquals(1, table.idleSec(key, 21_000));
        table.onStored(table.find(key));
        assertTrue(table.wasRead(key));
        table.putDirty(put(2, "k"), 30_000);
        assertFalse(table.wasRead(key), "a new record");
        assertEquals(0, table.idleSec(Bytes.utf8("other"), 30_000));
    }

    private static LogEntry written(WriteKind kind, String value, int marks) {
        Bytes key = Bytes.utf8("k");
        return new LogEntry(EntryKind.PUT, 1, 9, 0, 0, 0, kind.number(), key, 0, 0, Bytes.utf8(value), 9, marks);
    }

    @ParameterizedTest
    @CsvSource({
        "INCR,10,0,true",
        "INCR,100,0,false",
        "INCR,1,8,false",
        "DELETE,99,1,true",
        "DELETE,'',1,false",
        "SET,98,0,false",
        "CAS,98,1,false",
        "TOUCH,99,0,true"
    })
    void aRecordThatWasReadStaysSoWhileMemcachedKeepsItsItem(WriteKind kind, String value, int marks, boolean read) {
        Bytes key = Bytes.utf8("k");
        table.putDirty(written(WriteKind.SET, "99", 0), 0);
        table.read(key, 0);
        table.putDirty(written(kind, value, marks), 0);
        assertEquals(read, table.wasRead(key));
    }

    @Test
    void aReadOfAMarkedRecordCounts() {
        table.putDirty(written(WriteKind.DELETE, "99", LogEntry.STALE), 0);
        table.putDirty(written(WriteKind.GET_AND_TOUCH, "99", LogEntry.STALE), 0);
        assertTrue(table.wasRead(Bytes.utf8("k")));
    }
}
