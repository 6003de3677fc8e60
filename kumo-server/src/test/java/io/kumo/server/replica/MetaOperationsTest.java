package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import org.junit.jupiter.api.Test;

/** Meta gets at a primary. */
class MetaOperationsTest {
    private final FakeWorld world = new FakeWorld().serving();

    private Write metaGet(String key) {
        return metaGet(key, 0, new WriteOptions(WriteOptions.VIVIFY | WriteOptions.DETAILS, 0, 0, 30, 0));
    }

    private Write metaGet(String key, long exptime, WriteOptions options) {
        Write plain = world.write(WriteKind.META_GET, key, "");
        return new Write(
                0,
                plain.tableVersion(),
                plain.session(),
                plain.counter(),
                1,
                plain.kind(),
                false,
                plain.key(),
                0,
                exptime,
                0,
                0,
                Bytes.EMPTY,
                options);
    }

    private static RecordDetails details(FakeWorld.Result<WriteResult> result) {
        assertNotNull(result.ok);
        return result.ok.details();
    }

    @Test
    void oneWinsAndHearsItAgainWhenItAsksAgain() {
        Write first = metaGet("k");
        Write second = metaGet("k");
        FakeWorld.Result<WriteResult> winner = world.submit(first);
        FakeWorld.Result<WriteResult> loser = world.submit(second);
        assertTrue(loser.isOpen(), "what it saw is not committed");
        world.logged();
        assertTrue(details(winner).has(LogEntry.WON));
        assertEquals(30, details(winner).ttlSec());
        assertFalse(details(loser).has(LogEntry.WON));
        assertTrue(details(loser).has(LogEntry.TOKEN_SENT));
        assertEquals(1, world.log.size(), "the second changed nothing");

        FakeWorld.Result<WriteResult> again = world.submit(first);
        assertTrue(details(again).has(LogEntry.WON));
        assertNotNull(again.ok);
        assertEquals(WriteStatus.DONE, again.ok.status());
        assertEquals(1, world.log.size());
    }

    /** memcached says 2^32 less what is past; "no end" it must not be. */
    @Test
    void aTouchIntoThePastLeavesNoTime() {
        world.submit(WriteKind.SET, "k", "v");
        world.logged();
        Write touch = metaGet("k", -1, new WriteOptions(WriteOptions.NEW_EXPTIME | WriteOptions.DETAILS, 0, 0, 0, 0));
        FakeWorld.Result<WriteResult> touched = world.submit(touch);
        world.logged();
        assertEquals(0, details(touched).ttlSec());
        assertEquals(-1, details(touched).ttlBeforeSec());
        assertEquals(0, details(world.submit(touch)).ttlSec(), "when it asks again");
    }

    @Test
    void aTouchKeepsTheCasUnique() {
        FakeWorld.Result<WriteResult> set = world.submit(WriteKind.SET, "k", "v");
        world.logged();
        FakeWorld.Result<WriteResult> touch = world.submit(WriteKind.TOUCH, "k", "");
        world.logged();
        assertNotNull(set.ok);
        assertNotNull(touch.ok);
        assertEquals(set.ok.cas(), touch.ok.cas());
    }
}
