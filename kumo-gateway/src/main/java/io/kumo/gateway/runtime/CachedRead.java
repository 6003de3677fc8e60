package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.runtime.NearCache.Entry;
import io.kumo.protocol.DataMessages.GetResult;
import org.jspecify.annotations.Nullable;

/**
 * One read of a key that the near cache may answer: what is known when it begins, what the primary is asked, and what
 * its answer means. Belongs to one event loop, and to the simulation.
 */
public final class CachedRead {
    private final NearCache cache;
    private final Bytes key;
    private @Nullable Entry known;
    private long stamp;
    private boolean looked;
    private boolean validated;

    /** Looks once, when it is first asked for something: all tries ask about the same version. */
    public CachedRead(NearCache cache, Bytes key) {
        this.cache = cache;
        this.key = key;
    }

    private @Nullable Entry known() {
        if (!looked) {
            looked = true;
            stamp = cache.stamp(key);
            known = cache.find(key);
        }
        return known;
    }

    /** What may be answered without asking anybody; null if there is nothing. */
    @Nullable
    public GetResult answerAtOnce() {
        Entry entry = known();
        return entry != null && cache.isFresh(entry) ? entry.record() : null;
    }

    /** The version that the primary is asked about; 0 for none. */
    public long knownSeq() {
        Entry entry = known();
        return entry == null ? 0 : entry.seq();
    }

    /** The answer for the client, made of the primary's. */
    public GetResult settle(GetResult answer) {
        Entry entry = known;
        if (!answer.found()) {
            cache.drop(key);
            return answer;
        }
        if (entry != null && answer.seq() == entry.seq()) {
            validated = true;
            if (cache.mayBeOld()) {
                cache.keep(key, entry.record(), entry.seq(), stamp);
            }
            return entry.record();
        }
        if (answer.seq() != 0) { // else the server is of an older version
            cache.keep(key, answer, answer.seq(), stamp);
        }
        return answer;
    }

    /** Whether the primary said that what was known is the newest. */
    public boolean wasValidated() {
        return validated;
    }
}
