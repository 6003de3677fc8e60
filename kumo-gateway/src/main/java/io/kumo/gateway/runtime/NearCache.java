package io.kumo.gateway.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Values that this gateway has read, so that they need not be sent again: the primary is asked whether the version is
 * still the newest, and answers without the value if it is. With a time to live it is not even asked for so long, and a
 * value may be old; but a client never misses what it wrote through this gateway. Shared by all event loops; public for
 * the simulation.
 */
public final class NearCache {
    private static final int STRIPES = 1024;
    /** What an entry takes beside key and value, about. */
    private static final int OVERHEAD_BYTES = 150;

    private static final long NS_PER_MS = 1_000_000;

    private final Clock clock;
    private final long ttlNs;
    private final Cache<Bytes, Entry> entries;
    /** Counts writes, by the hash of their keys: what was read before one of them is not kept after it. */
    private final AtomicLongArray writes = new AtomicLongArray(STRIPES);

    private final AtomicLong flushes = new AtomicLong();

    /**
     * A record, and when it was the newest.
     *
     * @param seq its version
     * @param untilNs until when it is answered without asking, monotonic
     */
    record Entry(GetResult record, long seq, long untilNs) {}

    public NearCache(NearCacheOptions options, Clock clock) {
        this.clock = clock;
        ttlNs = options.ttlMs() * NS_PER_MS;
        entries = Caffeine.newBuilder()
                .maximumWeight(options.bytes())
                .weigher((Bytes key, Entry entry) ->
                        OVERHEAD_BYTES + key.length() + entry.record().value().length())
                .executor(Runnable::run)
                .build();
    }

    /** Whether entries may answer without asking. */
    boolean mayBeOld() {
        return ttlNs > 0;
    }

    @Nullable
    Entry find(Bytes key) {
        return entries.getIfPresent(key);
    }

    /** To be taken before a read is sent, and given to {@link #keep} with what it found. */
    long stamp(Bytes key) {
        return writes.get(stripe(key)) + flushes.get();
    }

    private static int stripe(Bytes key) {
        int hash = key.hashCode();
        return (hash ^ hash >>> 16) & (STRIPES - 1);
    }

    /** Keeps what a read found, unless this gateway wrote since its stamp was taken. */
    void keep(Bytes key, GetResult record, long seq, long stamp) {
        long untilNs = ttlNs == 0 ? Long.MIN_VALUE : clock.monotonicNs() + lifeNs(record);
        Entry entry = new Entry(record, seq, untilNs);
        entries.asMap().compute(key, (same, old) -> stamp == stamp(key) ? entry : null);
    }

    private long lifeNs(GetResult record) {
        long leftMs = record.expiryMs() == 0 ? Long.MAX_VALUE : Math.max(0, record.expiryMs() - clock.wallMs());
        return leftMs > ttlNs / NS_PER_MS ? ttlNs : leftMs * NS_PER_MS;
    }

    /** Whether the entry answers without asking. */
    boolean isFresh(Entry entry) {
        return ttlNs > 0 && clock.monotonicNs() - entry.untilNs() < 0;
    }

    /** The record is gone. */
    void drop(Bytes key) {
        entries.invalidate(key);
    }

    /** A write of this gateway begins, or ended: nothing that was read before counts. */
    public void onWrite(Bytes key) {
        if (key.isEmpty()) { // flush_all
            flushes.incrementAndGet();
            entries.invalidateAll();
        } else {
            writes.incrementAndGet(stripe(key));
            entries.invalidate(key);
        }
    }

    /** Memory that it takes, about; for figures. */
    long bytes() {
        return entries.policy()
                .eviction()
                .flatMap(eviction -> eviction.weightedSize().stream().boxed().findFirst())
                .orElse(0L);
    }

    /** Records, about; for figures. */
    long count() {
        return entries.estimatedSize();
    }
}
