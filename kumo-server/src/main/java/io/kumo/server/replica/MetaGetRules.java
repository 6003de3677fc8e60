package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteOptions;
import org.jspecify.annotations.Nullable;

/**
 * What memcached's meta get does to a record: it may touch it, make it, and tell one client that it is the one to make
 * it anew. That is an entry like any other, so one client of the whole cluster hears it. Pure functions.
 */
final class MetaGetRules {
    private MetaGetRules() {}

    static Mutation evaluate(Write write, @Nullable LogEntry current, long nowMs) {
        WriteOptions options = write.options();
        if (current == null) {
            return options.has(WriteOptions.VIVIFY) ? create(write, nowMs) : Mutation.NOT_FOUND;
        }
        boolean isTouched = options.has(WriteOptions.NEW_EXPTIME);
        long expiryMs = isTouched ? MutationRules.expiryMs(write.exptime(), nowMs) : current.expiryMs();
        boolean wins = !current.has(LogEntry.TOKEN_SENT)
                && (current.has(LogEntry.STALE)
                        || isShort(
                                options,
                                options.has(WriteOptions.RECACHE_AFTER_TOUCH) ? expiryMs : current.expiryMs(),
                                nowMs));
        if (!wins && !isTouched) {
            return Mutation.same(write.partition(), current);
        }
        int marks = MutationRules.lasting(current) | (wins ? LogEntry.TOKEN_SENT | LogEntry.WON : 0);
        return Mutation.put(current.flags(), 0, current.value(), MutationRules.casOf(write, current), marks)
                .expiring(expiryMs);
    }

    private static Mutation create(Write write, long nowMs) {
        int marks = LogEntry.CREATED | LogEntry.WON | LogEntry.TOKEN_SENT;
        return Mutation.put(0, 0, Bytes.EMPTY, MutationRules.newCas(write), marks)
                .expiring(MutationRules.expiryMs(write.options().vivifyExptime(), nowMs));
    }

    /** Whether the record has less time left than the client wants it to have. */
    private static boolean isShort(WriteOptions options, long expiryMs, long nowMs) {
        if (!options.has(WriteOptions.RECACHE) || expiryMs == 0) {
            return false;
        }
        long leastMs = MutationRules.expiryMs(options.recacheExptime(), nowMs);
        return leastMs > 0
                && RecordDetails.ttlSec(Math.max(expiryMs, nowMs), nowMs) < RecordDetails.ttlSec(leastMs, nowMs);
    }
}
