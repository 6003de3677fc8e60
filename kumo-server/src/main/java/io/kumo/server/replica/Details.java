package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import org.jspecify.annotations.Nullable;

/** Adds to answers what memcached's meta commands tell of a record. Pure functions. */
final class Details {
    private static final RecordDetails NOTHING = new RecordDetails(0, 0, -1, -1);

    private Details() {}

    /** The result of a get, with details if it wants them. */
    static GetResult of(GetResult result, @Nullable LogEntry entry, int wants, Memtable memtable, long nowMs) {
        if (entry == null || !result.found()) {
            return result;
        }
        long seq = (wants & Get.VERSION) == 0 ? 0 : entry.seq();
        if ((wants & Get.DETAILS) == 0) {
            return withSeq(result, RecordDetails.NONE, result.value(), seq);
        }
        long ttlSec = RecordDetails.ttlSec(entry.expiryMs(), nowMs);
        RecordDetails details = new RecordDetails(
                marks(entry.key(), MutationRules.lasting(entry), memtable),
                memtable.idleSec(entry.key(), nowMs),
                ttlSec,
                ttlSec);
        return withSeq(result, details, result.value(), seq);
    }

    private static GetResult withSeq(GetResult result, RecordDetails details, Bytes value, long seq) {
        return new GetResult(true, result.flags(), result.cas(), result.expiryMs(), value, details, seq);
    }

    /** The result without its value, if the asker has it. */
    static GetResult unlessKnown(GetResult result, long knownSeq) {
        return knownSeq != 0 && result.seq() == knownSeq
                ? withSeq(result, result.details(), Bytes.EMPTY, knownSeq)
                : result;
    }

    /** What a write found. */
    static RecordDetails before(Bytes key, @Nullable LogEntry found, Memtable memtable, long nowMs) {
        if (found == null || !found.isRecord() || found.isExpired(nowMs)) {
            return NOTHING;
        }
        long ttlSec = RecordDetails.ttlSec(found.expiryMs(), nowMs);
        return new RecordDetails(marks(key, 0, memtable), memtable.idleSec(key, nowMs), ttlSec, ttlSec);
    }

    /** The result of a write with the marks and the expiry of the record that it left, and what it found. */
    static WriteResult of(WriteResult result, int marks, long expiryMs, RecordDetails before, long nowMs) {
        RecordDetails details = new RecordDetails(
                marks | before.marks(), before.idleSec(), RecordDetails.ttlSec(expiryMs, nowMs), before.ttlBeforeSec());
        return new WriteResult(result.status(), result.flags(), result.cas(), result.number(), result.value(), details);
    }

    private static int marks(Bytes key, int marks, Memtable memtable) {
        return marks | (memtable.wasRead(key) ? RecordDetails.HIT_BEFORE : 0);
    }
}
