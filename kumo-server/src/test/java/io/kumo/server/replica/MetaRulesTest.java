package io.kumo.server.replica;

import static io.kumo.protocol.LogEntry.CREATED;
import static io.kumo.protocol.LogEntry.STALE;
import static io.kumo.protocol.LogEntry.TOKEN_SENT;
import static io.kumo.protocol.LogEntry.WON;
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

/** What memcached's meta commands do to a record, beyond what the classic ones do. */
class MetaRulesTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final Bytes KEY = Bytes.utf8("k");

    private static Write write(WriteKind kind, String value, long exptime, long cas, WriteOptions options) {
        return new Write(0, 1, 1, 1, 1, kind, false, KEY, 5, exptime, cas, 1, Bytes.utf8(value), options);
    }

    private static WriteOptions options(int bits) {
        return new WriteOptions(bits, 900, 10, 30, 60);
    }

    private static LogEntry record(String value, long ttlSec, int marks) {
        long expiryMs = ttlSec == 0 ? 0 : NOW_MS + ttlSec * 1000;
        return new LogEntry(
                EntryKind.PUT, 1, 7, 0, 0, 0, 0, KEY, 3, expiryMs, Bytes.utf8(value), 70, marks | LogEntry.OWN_CAS);
    }

    private static Mutation evaluate(Write write, @Nullable LogEntry record) {
        return MutationRules.evaluate(write, record, NOW_MS, 100);
    }

    private static Mutation get(int bits, long exptime, @Nullable LogEntry record) {
        return evaluate(write(WriteKind.META_GET, "", exptime, 0, options(bits)), record);
    }

    @Test
    void aGetOfAMissMakesARecordForOneWinner() {
        Mutation made = get(WriteOptions.VIVIFY | WriteOptions.NEW_CAS, 0, null);
        assertEquals(Mutation.put(0, NOW_MS + 30_000, Bytes.EMPTY, 900, CREATED | WON | TOKEN_SENT), made);
        assertEquals(WriteStatus.NOT_FOUND, get(0, 0, null).status());
        Mutation second = get(WriteOptions.VIVIFY, 0, record("", 30, TOKEN_SENT));
        assertEquals(WriteStatus.UNCHANGED, second.status());
        assertNull(second.kind());
        assertEquals(TOKEN_SENT, second.marks());
    }

    @ParameterizedTest
    @CsvSource({"59,true", "60,false", "61,false", "0,false"})
    void aRecordWithLittleTimeLeftIsWonOnce(long ttlSec, boolean wins) {
        Mutation mutation = get(WriteOptions.RECACHE, 0, record("v", ttlSec, 0));
        assertEquals(wins ? WriteStatus.DONE : WriteStatus.UNCHANGED, mutation.status());
        assertEquals(wins ? TOKEN_SENT | WON : 0, mutation.marks());
        assertEquals(70, mutation.cas());
        assertEquals(
                WriteStatus.UNCHANGED,
                get(WriteOptions.RECACHE, 0, record("v", ttlSec, TOKEN_SENT)).status());
    }

    @Test
    void aTouchBeforeTheQuestionCounts() {
        int both = WriteOptions.RECACHE | WriteOptions.NEW_EXPTIME;
        assertEquals(TOKEN_SENT | WON, get(both, 100, record("v", 10, 0)).marks());
        assertEquals(
                0,
                get(both | WriteOptions.RECACHE_AFTER_TOUCH, 100, record("v", 10, 0))
                        .marks());
    }

    @Test
    void aStaleRecordIsWonOnce() {
        assertEquals(STALE | TOKEN_SENT | WON, get(0, 0, record("v", 0, STALE)).marks());
        assertEquals(
                WriteStatus.UNCHANGED,
                get(0, 0, record("v", 0, STALE | TOKEN_SENT)).status());
    }

    @Test
    void aTouchKeepsCasAndMarks() {
        for (WriteKind kind : new WriteKind[] {WriteKind.TOUCH, WriteKind.GET_AND_TOUCH}) {
            Mutation touched = evaluate(write(kind, "", 50, 0, WriteOptions.NONE), record("v", 10, STALE | TOKEN_SENT));
            assertEquals(Mutation.put(3, NOW_MS + 50_000, Bytes.utf8("v"), 70, STALE | TOKEN_SENT), touched);
        }
    }

    @Test
    void aDeleteMayLeaveTheRecordStale() {
        Mutation stale = evaluate(
                write(WriteKind.DELETE, "", 0, 70, options(WriteOptions.INVALIDATE)), record("v", 10, TOKEN_SENT));
        assertEquals(Mutation.put(3, NOW_MS + 10_000, Bytes.utf8("v"), 0, STALE), stale);
        int timed = WriteOptions.INVALIDATE | WriteOptions.NEW_EXPTIME | WriteOptions.NEW_CAS;
        assertEquals(
                Mutation.put(3, NOW_MS + 20_000, Bytes.utf8("v"), 900, STALE),
                evaluate(write(WriteKind.DELETE, "", 20, 0, options(timed)), record("v", 10, 0)));
    }

    @Test
    void aDeleteMayLeaveTheRecordWithoutItsValue() {
        assertEquals(
                Mutation.put(5, 0, Bytes.EMPTY, 70, 0),
                evaluate(
                        write(WriteKind.DELETE, "", 0, 0, options(WriteOptions.REMOVE_VALUE)), record("v", 10, STALE)));
        int tombstone = WriteOptions.REMOVE_VALUE | WriteOptions.INVALIDATE;
        assertEquals(
                Mutation.put(5, 0, Bytes.EMPTY, 0, STALE),
                evaluate(write(WriteKind.DELETE, "", 0, 0, options(tombstone)), record("v", 10, 0)));
    }

    @Test
    void aDeleteComparesEvenACasOfZero() {
        Write delete = write(WriteKind.DELETE, "", 0, 0, options(WriteOptions.COMPARE));
        assertEquals(WriteStatus.EXISTS, evaluate(delete, record("v", 0, 0)).status());
    }

    @Test
    void anOlderCasMayBeStoredStale() {
        WriteOptions invalidate = options(WriteOptions.INVALIDATE);
        Write older = write(WriteKind.CAS, "new", 99, 69, invalidate);
        assertEquals(
                Mutation.put(5, NOW_MS + 10_000, Bytes.utf8("new"), 0, STALE | TOKEN_SENT),
                evaluate(older, record("v", 10, TOKEN_SENT)));
        assertEquals(
                WriteStatus.EXISTS,
                evaluate(write(WriteKind.CAS, "new", 99, 71, invalidate), record("v", 10, 0))
                        .status());
        assertEquals(
                WriteStatus.EXISTS,
                evaluate(write(WriteKind.CAS, "new", 99, 0, invalidate), record("v", 10, 0))
                        .status());
    }

    @Test
    void aCounterBeginsAtItsInitialNumber() {
        WriteOptions vivify = options(WriteOptions.VIVIFY);
        assertEquals(
                Mutation.put(0, NOW_MS + 30_000, Bytes.utf8("10"), 0, CREATED),
                evaluate(write(WriteKind.INCR, "", 0, 5, vivify), null));
        assertEquals(
                Mutation.put(3, 0, Bytes.utf8("42"), 0, STALE),
                evaluate(write(WriteKind.INCR, "", 0, 0, vivify), record("41", 0, STALE)));
        assertEquals(
                Mutation.put(3, 0, Bytes.utf8("100"), 0, 0),
                evaluate(write(WriteKind.INCR, "", 0, 0, vivify), record("99", 0, STALE)),
                "longer: another item, in memcached");
    }

    @Test
    void anAppendMayMakeTheRecord() {
        assertEquals(
                Mutation.put(5, NOW_MS + 30_000, Bytes.utf8("x"), 0, CREATED),
                evaluate(write(WriteKind.APPEND, "x", 0, 0, options(WriteOptions.VIVIFY)), null));
        assertEquals(
                WriteStatus.NOT_STORED,
                evaluate(write(WriteKind.APPEND, "x", 0, 9, WriteOptions.NONE), null)
                        .status());
        assertEquals(
                WriteStatus.EXISTS,
                evaluate(write(WriteKind.APPEND, "x", 0, 9, WriteOptions.NONE), record("v", 0, 0))
                        .status());
    }
}
