package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checker of histories refuses what no memcached would have answered to meta commands. */
class MetaModelTest {
    private static final int WON = LogEntry.TOKEN_SENT | LogEntry.WON;

    private final MetaWords words = new MetaWords(new Random(1));
    private final List<Op> history = new ArrayList<>();
    private long nowNs;

    private Op call(String line) {
        nowNs += 1_000;
        Op op = Op.of("c", words.read(line + "\r\n"), nowNs);
        history.add(op);
        return op;
    }

    private void told(Op op, WriteStatus status, String value, long cas, int marks) {
        RecordDetails details = new RecordDetails(marks, 0, -1, -1);
        op.wrote(new WriteResult(status, 0, cas, 0, Bytes.utf8(value), details), ++nowNs);
    }

    private void write(String line, long cas) {
        told(call(line), WriteStatus.DONE, "", cas, 0);
    }

    private void get(String line, String value, long cas, int marks) {
        told(call(line), WriteStatus.DONE, value, cas, marks);
    }

    private void staleRecord() {
        write("ms m 1 c\r\na", 10);
        write("md m I", 11);
    }

    private void assertLinearizable(boolean isIt) {
        assertTrue(Linearizability.isLinearizable(history) == isIt, history::toString);
    }

    @Test
    void ofAStaleRecordOneClientWins() {
        staleRecord();
        get("mg m v c t", "a", 11, LogEntry.STALE | WON);
        get("mg m v c t", "a", 11, LogEntry.STALE | LogEntry.TOKEN_SENT);
        assertLinearizable(true);
    }

    @Test
    void twoWinnersAreOneTooMany() {
        staleRecord();
        get("mg m v c t", "a", 11, LogEntry.STALE | WON);
        get("mg m v c t", "a", 11, LogEntry.STALE | WON);
        assertLinearizable(false);
    }

    @Test
    void oneWinsAgainAfterAnotherInvalidation() {
        staleRecord();
        get("mg m v c t", "a", 11, LogEntry.STALE | WON);
        write("md m I", 12);
        get("mg m v c t", "a", 12, LogEntry.STALE | WON);
        assertLinearizable(true);
    }

    @Test
    void somebodyWhoGotNoAnswerMayHaveWon() {
        staleRecord();
        call("mg m v c t");
        get("mg m v c t", "a", 11, LogEntry.STALE | LogEntry.TOKEN_SENT);
        assertLinearizable(true);
    }

    @Test
    void nobodyHasWonThatNobodyAskedFor() {
        staleRecord();
        get("mg m v c t", "a", 11, LogEntry.STALE | LogEntry.TOKEN_SENT);
        assertLinearizable(false);
    }

    @Test
    void staleIsToldUntilTheRecordIsMadeAnew() {
        staleRecord();
        get("mg m v c t", "a", 11, WON);
        assertLinearizable(false);
        history.clear();
        staleRecord();
        write("ms m 1 c\r\nb", 12);
        get("mg m v c t", "b", 12, 0);
        assertLinearizable(true);
    }

    @Test
    void aRecordIsMadeByOneOfThoseWhoWantIt() {
        get("mg m v c t N0", "", 10, LogEntry.CREATED | WON);
        get("mg m v c t N0", "", 10, LogEntry.TOKEN_SENT);
        assertLinearizable(true);
        get("mg m v c t N0", "", 11, LogEntry.CREATED | WON);
        assertLinearizable(false);
    }

    @Test
    void anOldCasUniqueWithInvalidationLeavesAStaleRecord() {
        write("ms m 1 c\r\na", 10);
        write("ms m 1 c\r\nb", 12);
        write("ms m 1 c C10 I\r\nc", 13);
        get("mg m v c t", "c", 13, LogEntry.STALE | WON);
        assertLinearizable(true);
    }

    @Test
    void aCasUniqueOfTheClientsOwnIsTheRecords() {
        write("ms m 1 c E5\r\na", 5);
        get("mg m v c t", "a", 5, 0);
        write("ms m 1 c C5\r\nb", 9);
        assertLinearizable(true);
        told(call("ms m 1 c C5\r\nd"), WriteStatus.DONE, "", 10, 0);
        assertFalse(Linearizability.isLinearizable(history));
    }
}
