package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MutationRulesTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int MAX = 100;

    private static Write write(WriteKind kind, String value, long exptime, long cas, long delta) {
        return new Write(
                0,
                1,
                1,
                1,
                1,
                kind,
                false,
                Bytes.utf8("k"),
                5,
                exptime,
                cas,
                delta,
                Bytes.utf8(value),
                WriteOptions.NONE);
    }

    private static LogEntry record(String value, long expiryMs) {
        return new LogEntry(
                EntryKind.PUT, 1, 7, 0, 0, 0, 0, Bytes.utf8("k"), 3, expiryMs, Bytes.utf8(value), 7, LogEntry.OWN_CAS);
    }

    private static Mutation evaluate(Write write, @Nullable LogEntry record) {
        return MutationRules.evaluate(write, record, NOW_MS, MAX);
    }

    private static Mutation count(WriteKind kind, String value, long delta) {
        return evaluate(write(kind, "", 0, 0, delta), record(value, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "SET,DONE",
        "ADD,DONE",
        "REPLACE,NOT_STORED",
        "APPEND,NOT_STORED",
        "PREPEND,NOT_STORED",
        "CAS,NOT_FOUND",
        "INCR,NOT_FOUND",
        "DECR,NOT_FOUND",
        "DELETE,NOT_FOUND",
        "TOUCH,NOT_FOUND",
        "GET_AND_TOUCH,NOT_FOUND"
    })
    void answersAMissingKeyAsMemcachedDoes(WriteKind kind, WriteStatus status) {
        long cas = kind == WriteKind.CAS ? 7 : 0;
        LogEntry deleted = LogEntry.internal(EntryKind.DELETE, 1, 7, Bytes.utf8("k"), Bytes.EMPTY);
        assertEquals(status, evaluate(write(kind, "1", 0, cas, 1), null).status());
        assertEquals(status, evaluate(write(kind, "1", 0, cas, 1), deleted).status());
        assertEquals(
                status,
                evaluate(write(kind, "1", 0, cas, 1), record("1", NOW_MS)).status(),
                "expired");
    }

    @ParameterizedTest
    @CsvSource({
        "SET,DONE",
        "ADD,NOT_STORED",
        "REPLACE,DONE",
        "APPEND,DONE",
        "PREPEND,DONE",
        "CAS,EXISTS",
        "INCR,DONE",
        "DECR,DONE",
        "DELETE,DONE",
        "TOUCH,DONE",
        "GET_AND_TOUCH,DONE"
    })
    void answersAPresentKeyAsMemcachedDoes(WriteKind kind, WriteStatus status) {
        long cas = kind == WriteKind.CAS ? 6 : 0;
        Mutation mutation = evaluate(write(kind, "1", 0, cas, 1), record("1", NOW_MS + 1));
        assertEquals(status, mutation.status());
        assertEquals(status == WriteStatus.DONE, mutation.kind() != null);
    }

    @Test
    void storesValueFlagsAndExpiry() {
        Mutation set = evaluate(write(WriteKind.SET, "new", 10, 0, 0), record("old", 0));
        assertEquals(Mutation.put(5, NOW_MS + 10_000, Bytes.utf8("new"), 0, 0), set);
        assertEquals(
                WriteStatus.DONE,
                evaluate(write(WriteKind.CAS, "new", 0, 7, 0), record("old", 0)).status());
    }

    @Test
    void appendAndPrependKeepFlagsAndExpiry() {
        LogEntry old = record("old", NOW_MS + 5);
        assertEquals(
                Mutation.put(3, NOW_MS + 5, Bytes.utf8("old+"), 0, 0),
                evaluate(write(WriteKind.APPEND, "+", 99, 0, 0), old));
        assertEquals(
                Mutation.put(3, NOW_MS + 5, Bytes.utf8("+old"), 0, 0),
                evaluate(write(WriteKind.PREPEND, "+", 99, 0, 0), old));
    }

    @Test
    void refusesWhatWouldBeTooLarge() {
        LogEntry old = record("x".repeat(60), 0);
        assertEquals(
                WriteStatus.TOO_LARGE,
                evaluate(write(WriteKind.APPEND, "y".repeat(41), 0, 0, 0), old).status());
        assertEquals(
                WriteStatus.DONE,
                evaluate(write(WriteKind.APPEND, "y".repeat(40), 0, 0, 0), old).status());
        assertEquals(
                WriteStatus.TOO_LARGE,
                evaluate(write(WriteKind.SET, "y".repeat(101), 0, 0, 0), old).status());
        assertEquals(
                WriteStatus.DONE,
                evaluate(write(WriteKind.SET, "y".repeat(100), 0, 0, 0), old).status());
    }

    @ParameterizedTest
    @CsvSource({
        "5,3,8",
        "9,1,10",
        "18446744073709551615,1,0",
        "18446744073709551614,3,1",
        "' 7',1,8",
        "+7,1,8",
        "-0,4,4",
        "-18446744073709551615,1,2",
        "'12 abc',1,13",
        "'12\0',1,13",
        "007,1,8"
    })
    void addsModulo2To64(String value, String delta, String result) {
        Mutation mutation = count(WriteKind.INCR, value, Long.parseUnsignedLong(delta));
        assertEquals(result, mutation.value().toUtf8().trim());
        assertEquals(Math.max(value.length(), result.length()), mutation.value().length());
        assertEquals(3, mutation.flags());
    }

    @ParameterizedTest
    @CsvSource({"5,3,'2'", "5,9,'0'", "10,1,'9 '", "100,100,'0  '", "18446744073709551615,1,'18446744073709551614'"})
    void subtractsNotBelowZeroAndKeepsTheLength(String value, String delta, String result) {
        assertEquals(
                result,
                count(WriteKind.DECR, value, Long.parseUnsignedLong(delta))
                        .value()
                        .toUtf8());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "1a", "-1", "1.5", "18446744073709551616", "99999999999999999999999", " ", "+", "--1"})
    void countsOnlyNumbers(String value) {
        assertEquals(WriteStatus.NOT_A_NUMBER, count(WriteKind.INCR, value, 1).status());
        assertNull(count(WriteKind.DECR, value, 1).kind());
    }

    @Test
    void anEmptyValueIsNoNumberWhateverItsCasUnique() {
        Write wrong = write(WriteKind.INCR, "", 0, 99, 1);
        assertEquals(WriteStatus.NOT_A_NUMBER, evaluate(wrong, record("", 0)).status());
        assertEquals(WriteStatus.EXISTS, evaluate(wrong, record("x", 0)).status());
    }

    @Test
    void takesExptimeAsMemcachedDoes() {
        long month = 60L * 60 * 24 * 30;
        assertEquals(0, MutationRules.expiryMs(0, NOW_MS));
        assertEquals(NOW_MS + 1000, MutationRules.expiryMs(1, NOW_MS));
        assertEquals(NOW_MS + month * 1000, MutationRules.expiryMs(month, NOW_MS));
        assertEquals(-1, MutationRules.expiryMs(month + 1, NOW_MS), "a time in 1970");
        assertEquals(1_800_000_000_000L, MutationRules.expiryMs(1_800_000_000L, NOW_MS));
        assertEquals(-1, MutationRules.expiryMs(-1, NOW_MS));
        assertEquals(-1, MutationRules.expiryMs(1_800_000_000L, 1_800_000_000_000L), "now");
        assertEquals(Long.MAX_VALUE / 2000 * 1000, MutationRules.expiryMs(Long.MAX_VALUE, NOW_MS));
    }

    @ParameterizedTest
    @EnumSource(
            value = WriteKind.class,
            names = {"SET", "ADD", "REPLACE", "CAS", "TOUCH"})
    void whatExpiresAtOnceIsDeleted(WriteKind kind) {
        LogEntry old = kind == WriteKind.ADD ? null : record("old", 0);
        Mutation mutation = evaluate(write(kind, "v", -1, kind == WriteKind.CAS ? 7 : 0, 0), old);
        assertEquals(WriteStatus.DONE, mutation.status());
        assertEquals(EntryKind.DELETE, mutation.kind());
    }

    @Test
    void getAndTouchAnswersWithTheRecordEvenIfItExpiresAtOnce() {
        Mutation mutation = evaluate(write(WriteKind.GET_AND_TOUCH, "", -1, 0, 0), record("old", 0));
        assertEquals(EntryKind.DELETE, mutation.kind());
        LogEntry entry = new LogEntry(
                EntryKind.DELETE,
                1,
                8,
                1,
                1,
                1,
                WriteKind.GET_AND_TOUCH.number(),
                Bytes.utf8("k"),
                mutation.flags(),
                0,
                mutation.value(),
                8,
                0);
        assertEquals("old", MutationRules.resultOf(0, entry).value().toUtf8());
        assertEquals(3, MutationRules.resultOf(0, entry).flags());
    }

    @Test
    void aCasBesideAnotherKindIsACondition() {
        assertEquals(
                WriteStatus.EXISTS,
                evaluate(write(WriteKind.DELETE, "", 0, 6, 0), record("x", 0)).status());
        assertEquals(
                WriteStatus.DONE,
                evaluate(write(WriteKind.DELETE, "", 0, 7, 0), record("x", 0)).status());
        assertEquals(
                WriteStatus.NOT_FOUND,
                evaluate(write(WriteKind.SET, "y", 0, 7, 0), null).status());
    }
}
