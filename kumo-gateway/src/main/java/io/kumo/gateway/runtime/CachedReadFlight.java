package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.runtime.NearCache.Entry;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import org.jspecify.annotations.Nullable;

/** A read that the near cache may answer, once the primary said that nothing changed. */
final class CachedReadFlight extends ReadFlight {
    private final NearCache cache;
    private @Nullable Entry known;
    private long stamp;
    private boolean looked;

    CachedReadFlight(Pending owner, int index, Bytes key, NearCache cache) {
        super(owner, index, key);
        this.cache = cache;
    }

    /** Looks once: all tries ask about the same version. */
    private @Nullable Entry known() {
        if (!looked) {
            looked = true;
            stamp = cache.stamp(key());
            known = cache.find(key());
        }
        return known;
    }

    @Override
    boolean answersItself() {
        Entry entry = known();
        if (entry == null || !cache.isFresh(entry)) {
            return false;
        }
        take(entry.record());
        count(Count.NEAR_CACHE_HITS);
        return true;
    }

    @Override
    public Get toGet(int number, long tableVersion, boolean stale) {
        Entry entry = known();
        return new Get(number, tableVersion, stale, key(), Get.VERSION, entry == null ? 0 : entry.seq());
    }

    @Override
    public void onResult(GetResult answer) {
        if (!hasEnded()) {
            take(settle(answer));
        }
        dispatcher().onAnswer(this);
    }

    private GetResult settle(GetResult answer) {
        Entry entry = known;
        if (!answer.found()) {
            count(Count.NEAR_CACHE_MISSES);
            cache.drop(key());
            return answer;
        }
        if (entry != null && answer.seq() == entry.seq()) {
            count(Count.NEAR_CACHE_VALIDATED);
            if (cache.mayBeOld()) {
                cache.keep(key(), entry.record(), entry.seq(), stamp);
            }
            return entry.record();
        }
        count(Count.NEAR_CACHE_MISSES);
        if (answer.seq() != 0) { // else the server is of an older version
            cache.keep(key(), answer, answer.seq(), stamp);
        }
        return answer;
    }

    private void count(Count what) {
        owner().session().loop().stats().increment(what);
    }
}
