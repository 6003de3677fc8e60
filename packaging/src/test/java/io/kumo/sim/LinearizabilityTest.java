package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History.Op;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
    private static final int MANY = 200;

    private final List<Op> history = new ArrayList<>();
    private long nowNs;

    private Op call(WriteKind kind, String value, long argument) {
        nowNs += 1_000;
        Op op = new Op("c", kind, value, argument, nowNs);
        history.add(op);
        return op;
    }

    private void write(WriteKind kind, String value, long argument, WriteStatus status) {
        call(kind, value, argument).wrote(answer(status), ++nowNs);
    }

    private static WriteResult answer(WriteStatus status) {
        return new WriteResult(status, 0, 0, 0, Bytes.EMPTY);
    }

    private void get(String value, long cas) {
        call(null, "", 0).got(new GetResult(true, 0, cas, 0, Bytes.utf8(value)), ++nowNs);
    }

    /** As while a disk is full: clients that count by cas go on asking for the same, and hear of nothing. */
    private void manyUnansweredDoublesOfACas() {
        write(WriteKind.SET, "6", 0, WriteStatus.DONE);
        for (int i = 0; i < MANY; i++) {
            get("6", 10);
            call(WriteKind.CAS, "7", 10);
        }
    }

    @Test
    void oneOfManyUnansweredDoublesMayHaveBeenCarriedOut() {
        manyUnansweredDoublesOfACas();
        get("7", 11);
        write(WriteKind.CAS, "8", 11, WriteStatus.DONE);
        get("8", 12);
        assertTrue(Linearizability.isLinearizable(history));
    }

    @Test
    void whatWasCarriedOutIsNotUndone() {
        manyUnansweredDoublesOfACas();
        get("7", 11);
        get("6", 10);
        assertFalse(Linearizability.isLinearizable(history));
    }

    /** As while a disk is full, again: all write values of their own, and of most of them nobody hears. */
    private void manyUnansweredWritesOfTheirOwn() {
        write(WriteKind.SET, "first;", 0, WriteStatus.DONE);
        for (int i = 0; i < MANY; i++) {
            call(WriteKind.APPEND, "a" + i + ";", 0);
            call(WriteKind.PREPEND, "p" + i + ";", 0);
            call(WriteKind.ADD, "n" + i + ";", 0);
        }
    }

    @Test
    void someOfManyUnansweredWritesWereCarriedOut() {
        manyUnansweredWritesOfTheirOwn();
        get("p3;first;a5;", 0);
        write(WriteKind.DELETE, "", 0, WriteStatus.DONE);
        get("n7;", 0);
        get("n7;a9;", 0);
        assertTrue(Linearizability.isLinearizable(history));
    }

    /** And again: counts of which nobody hears, and that never happened; then a turn that looks right for long. */
    @Test
    void noneOfManyUnansweredCountsWasCarriedOut() {
        for (int i = 0; i < MANY; i++) {
            call(WriteKind.INCR, "", i % 9 + 1);
        }
        write(WriteKind.ADD, "100", 0, WriteStatus.DONE);
        Op first = call(WriteKind.SET, "100", 0);
        Op second = call(WriteKind.SET, "500", 0);
        second.wrote(answer(WriteStatus.DONE), ++nowNs);
        first.wrote(answer(WriteStatus.DONE), ++nowNs);
        for (int i = 1; i <= MANY; i++) {
            write(WriteKind.TOUCH, "", 0, WriteStatus.DONE);
        }
        get("500", 0);
        assertTrue(Linearizability.isLinearizable(history));
    }

    /** By appends a number may get more digits than memcached counts with. */
    @Test
    void countsWith64BitsAndNotBeyond() {
        write(WriteKind.SET, "1844674407370955161", 0, WriteStatus.DONE);
        write(WriteKind.APPEND, "5", 0, WriteStatus.DONE);
        get("18446744073709551615", 0);
        write(WriteKind.APPEND, "0", 0, WriteStatus.DONE);
        write(WriteKind.INCR, "", 1, WriteStatus.NOT_A_NUMBER);
        assertTrue(Linearizability.isLinearizable(history));
        assertEquals("0", Linearizability.counted("7", Linearizability.counted(true, -1, 1)));
        assertEquals(0, Linearizability.counted(false, 5, 6));
        assertEquals("18446744073709551614", Linearizability.counted("", Linearizability.counted(false, -1, 1)));
    }
}
