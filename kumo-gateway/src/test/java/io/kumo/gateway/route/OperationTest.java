package io.kumo.gateway.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.Outcome;
import io.kumo.gateway.route.Operation.Next;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperationTest {
    private static final long MS = 1_000_000;
    private static final RetryPolicy POLICY = RetryPolicy.within(5000);
    private static final Bytes KEY = Bytes.utf8("key");

    private static Operation write() {
        Operation operation = new Operation(WriteKind.SET, KEY, WriteFields.record(7, 60, 0, Bytes.utf8("value")));
        operation.start(0, POLICY);
        operation.number(12);
        return operation;
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void isTriedAgainUnlessItWasRefused(ErrorCode code) {
        Operation operation = write();
        operation.startTry();
        Next next = operation.onError(code, code.text(), 0, POLICY);
        assertEquals(code.outcome() == Outcome.REJECTED ? Next.END : Next.RETRY, next);
        assertEquals(code.outcome() == Outcome.REJECTED ? code.text() : "", operation.failure());
    }

    @Test
    void keepsItsIdOverAllTries() {
        Operation operation = write();
        Write before = operation.toWrite(3, 1, 99, 10, false);
        operation.startTry();
        operation.onError(ErrorCode.CONNECTION_LOST, "lost", MS, POLICY);
        operation.startTry();
        Write after = operation.toWrite(3, 2, 99, 11, false);
        assertEquals(before.session(), after.session());
        assertEquals(before.counter(), after.counter());
        assertEquals(
                new Write(
                        3,
                        2,
                        99,
                        12,
                        11,
                        WriteKind.SET,
                        false,
                        KEY,
                        7,
                        60,
                        0,
                        0,
                        Bytes.utf8("value"),
                        WriteOptions.NONE),
                after);
    }

    @Test
    void pausesLongerWithEachTryUpToABound() {
        Operation operation = write();
        long[] pausesMs = {5, 10, 20, 40, 80, 100, 100};
        for (long pauseMs : pausesMs) {
            operation.startTry();
            operation.onError(ErrorCode.NOT_PRIMARY, "", 0, POLICY);
            assertEquals(pauseMs * MS, operation.retryAtNs());
        }
    }

    @Test
    void isGivenUpAtItsDeadlineWithWhatWasWrong() {
        Operation operation = write();
        operation.startTry();
        assertEquals(Next.RETRY, operation.onError(ErrorCode.NOT_PRIMARY, "not there", 4900 * MS, POLICY));
        operation.startTry();
        assertEquals(Next.END, operation.onError(ErrorCode.NOT_PRIMARY, "not there", 4995 * MS, POLICY));
        assertEquals("deadline of 5000 ms passed: not there", operation.failure());
    }

    @Test
    void admitsThatAWriteMayHaveBeenCarriedOut() {
        Operation operation = write();
        operation.startTry();
        operation.onError(ErrorCode.TIMED_OUT, "no answer", 1000 * MS, POLICY);
        operation.startTry();
        operation.onError(ErrorCode.NOT_CONNECTED, "nobody there", 5000 * MS, POLICY);
        assertEquals(
                "deadline of 5000 ms passed: nobody there; the operation may or may not have been carried out",
                operation.failure());
    }

    @Test
    void ignoresTheTimeoutOfATryWhileAnotherOneIsUnderWay() {
        Operation operation = write();
        operation.startTry();
        operation.startTry();
        assertEquals(Next.WAIT, operation.onError(ErrorCode.TIMED_OUT, "no answer", MS, POLICY));
        assertEquals(Next.RETRY, operation.onError(ErrorCode.TIMED_OUT, "no answer", MS, POLICY));
    }

    @Test
    void ignoresARefusalWhileAnotherTryIsUnderWay() {
        Operation operation = write();
        operation.startTry();
        operation.startTry();
        assertEquals(Next.WAIT, operation.onError(ErrorCode.DISK_FULL, "", MS, POLICY));
        assertEquals(Next.END, operation.onError(ErrorCode.DISK_FULL, "", MS, POLICY));
    }

    @Test
    void isEndedByAChangeOrByTheNewestTry() {
        Operation operation = write();
        operation.startTry();
        operation.startTry();
        assertFalse(operation.isEndedBy(1, false), "the second try may still be carried out");
        assertTrue(operation.isEndedBy(2, false));
        operation.startTry();
        assertTrue(operation.isEndedBy(2, true), "a change is known to whoever is asked later");
    }

    /** It was waited for for ever: the second one was refused, as that server's disk was full. */
    @Test
    void isTriedAgainWhereTheNewestTryIsOverAndAnEarlierOneChangedNothing() {
        for (ErrorCode code : List.of(ErrorCode.TIMED_OUT, ErrorCode.DISK_FULL)) {
            Operation operation = write();
            operation.startTry();
            operation.startTry();
            assertEquals(Next.WAIT, operation.onError(code, "", 0, POLICY));
            assertFalse(operation.isEndedBy(1, false));
            assertEquals(Next.RETRY, operation.onError(ErrorCode.TIMED_OUT, "", 0, POLICY));
        }
    }

    @Test
    void waitsForOneAnswerNoLongerThanItsDeadline() {
        Operation operation = write();
        assertEquals(1000, operation.attemptMs(0, POLICY));
        assertEquals(300, operation.attemptMs(4700 * MS, POLICY));
        assertEquals(1, operation.attemptMs(6000 * MS, POLICY));
        assertFalse(operation.isLate(4999 * MS));
        assertTrue(operation.isLate(5000 * MS));
    }
}
