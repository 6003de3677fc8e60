package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import org.junit.jupiter.api.Test;

class DedupTableTest {
    private static final WriteResult NOT_STORED = new WriteResult(WriteStatus.NOT_STORED, 0, 0, 0, Bytes.EMPTY);

    private final DedupTable table = new DedupTable(2, 1000);

    private static LogEntry entry(
            long seq, long session, long counter, long settledBelow, WriteKind kind, String value) {
        return new LogEntry(
                EntryKind.PUT,
                1,
                seq,
                session,
                counter,
                settledBelow,
                kind.number(),
                Bytes.utf8("k"),
                9,
                0,
                Bytes.utf8(value),
                seq,
                0);
    }

    private static Write write(long session, long counter) {
        return new Write(
                0,
                1,
                session,
                counter,
                1,
                WriteKind.ADD,
                false,
                Bytes.utf8("k"),
                0,
                0,
                0,
                0,
                Bytes.EMPTY,
                WriteOptions.NONE);
    }

    @Test
    void answersAsBefore() {
        table.add(entry(5, 1, 10, 1, WriteKind.SET, "x"), 0);
        table.add(entry(6, 1, 11, 1, WriteKind.INCR, "42 "), 0);
        table.add(entry(7, 2, 10, 1, WriteKind.GET_AND_TOUCH, "value"), 0);
        assertEquals(DedupTable.NEW, table.find(1, 12));
        assertEquals(DedupTable.NEW, table.find(3, 10));
        int at = table.find(1, 10);
        assertEquals(5, table.seqAt(at));
        assertEquals((5 << 16) + 2, table.resultAt(at).cas());
        assertEquals(42, table.resultAt(table.find(1, 11)).number());
        assertEquals("value", table.resultAt(table.find(2, 10)).value().toUtf8());
        assertEquals(9, table.resultAt(table.find(2, 10)).flags());
    }

    @Test
    void forgetsWhatIsSettledButKnowsThatItWas() {
        for (int counter = 1; counter <= 20; counter++) {
            table.add(entry(counter, 1, counter, Math.max(1, counter - 4), WriteKind.SET, "x"), 0);
        }
        assertEquals(5, table.count());
        assertEquals(DedupTable.SETTLED, table.find(1, 3));
        assertTrue(table.find(1, 16) >= 0);
        table.settle(1, 20);
        assertEquals(DedupTable.SETTLED, table.find(1, 19));
        assertEquals(1, table.count());
    }

    @Test
    void forgetsSessionsThatAreGone() {
        table.add(entry(1, 1, 1, 1, WriteKind.SET, "x"), 0);
        table.add(entry(2, 2, 1, 1, WriteKind.SET, "x"), 900);
        table.expire(1500);
        assertEquals(DedupTable.NEW, table.find(1, 1));
        assertTrue(table.find(2, 1) >= 0);
    }

    @Test
    void aSessionInUseKnowsWhatItsGatewayHasTheAnswersOfAlsoWithoutOperations() {
        table.add(entry(1, 1, 1, 1, WriteKind.SET, "x"), 0);
        table.settle(1, 2);
        assertEquals(0, table.count());
        table.expire(900);
        assertEquals(DedupTable.SETTLED, table.find(1, 1));
        table.expire(1500);
        assertEquals(DedupTable.NEW, table.find(1, 1), "nothing of the session is left");
    }

    @Test
    void knowsAsBytesTooWhatWasSettledLast() {
        table.add(entry(1, 1, 5, 1, WriteKind.SET, "x"), 0);
        table.settle(1, 6);
        StateWriter out = new StateWriter();
        table.encode(out, 1);
        DedupTable copy = new DedupTable(2, 1000);
        copy.decode(new StateReader(out.done()), true, 0);
        assertEquals(DedupTable.SETTLED, copy.find(1, 5));
        assertEquals(DedupTable.NEW, copy.find(1, 6));
    }

    @Test
    void forgetsAlsoWhereTheClockIsBelowZero() {
        table.sweep(-9_000);
        table.add(entry(1, 1, 1, 1, WriteKind.SET, "x"), -9_000);
        table.sweep(-7_500);
        assertEquals(DedupTable.NEW, table.find(1, 1));
        assertEquals(0, table.count());
    }

    @Test
    void undoesWhatEntriesDidAndWhatSawThem() {
        table.add(entry(1, 1, 1, 1, WriteKind.SET, "x"), 0);
        table.add(entry(2, 1, 2, 1, WriteKind.SET, "x"), 0);
        table.addUnchanged(write(2, 7), NOT_STORED, 2, 0);
        table.addUnchanged(write(2, 8), NOT_STORED, 1, 0);
        table.truncate(1);
        assertTrue(table.find(1, 1) >= 0);
        assertEquals(DedupTable.NEW, table.find(1, 2));
        assertEquals(DedupTable.NEW, table.find(2, 7));
        assertEquals(WriteStatus.NOT_STORED, table.resultAt(table.find(2, 8)).status());
    }

    @Test
    void survivesAsBytesUpToASeq() {
        table.add(entry(1, 1, 1, 1, WriteKind.SET, "x"), 0);
        table.add(entry(2, 2, 5, 4, WriteKind.GET_AND_TOUCH, "y"), 0);
        table.add(entry(3, 1, 2, 1, WriteKind.SET, "x"), 0);
        table.addUnchanged(write(1, 3), NOT_STORED, 1, 0);
        StateWriter out = new StateWriter();
        table.encode(out, 2);
        DedupTable copy = new DedupTable(2, 1000);
        copy.decode(new StateReader(out.done()), true, 0);
        assertEquals(2, copy.count());
        assertEquals(1, copy.seqAt(copy.find(1, 1)));
        assertEquals("y", copy.resultAt(copy.find(2, 5)).value().toUtf8());
        assertEquals(DedupTable.SETTLED, copy.find(2, 3));
        assertEquals(DedupTable.NEW, copy.find(1, 2));
    }
}
