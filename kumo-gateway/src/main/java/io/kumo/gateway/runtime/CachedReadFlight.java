package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;

/** A read that the near cache may answer, once the primary said that nothing changed. */
final class CachedReadFlight extends ReadFlight {
    private final CachedRead read;

    CachedReadFlight(Pending owner, int index, Bytes key, NearCache cache) {
        super(owner, index, key);
        read = new CachedRead(cache, key);
    }

    @Override
    boolean answersItself() {
        GetResult known = read.answerAtOnce();
        if (known == null) {
            return false;
        }
        take(known);
        count(Count.NEAR_CACHE_HITS);
        return true;
    }

    @Override
    public Get toGet(int number, long tableVersion, boolean stale) {
        return new Get(number, tableVersion, stale, key(), Get.VERSION, read.knownSeq());
    }

    @Override
    public void onResult(GetResult answer) {
        if (!hasEnded()) {
            take(read.settle(answer));
            count(read.wasValidated() ? Count.NEAR_CACHE_VALIDATED : Count.NEAR_CACHE_MISSES);
        }
        dispatcher().onAnswer(this);
    }

    private void count(Count what) {
        owner().session().loop().stats().increment(what);
    }
}
