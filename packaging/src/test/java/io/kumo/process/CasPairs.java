package io.kumo.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Which cas unique of memcached is which of kumo's: one to one, or one of them told something that is not so. */
final class CasPairs {
    /** What memcached said, and what kumo said in its place. */
    record Pair(long memcached, long kumo) {
        static final Pair NONE = new Pair(0, 0);
    }

    private static final int RECENT = 8;

    private final Map<Long, Long> kumos = new HashMap<>();
    private final Map<Long, Long> memcacheds = new HashMap<>();
    private final List<Pair> recent = new ArrayList<>();

    /** Whether both may have said this in the same place. */
    boolean fits(long memcached, long kumo) {
        if (memcached == 0 || kumo == 0) {
            return memcached == kumo;
        }
        Long before = kumos.putIfAbsent(memcached, kumo);
        Long other = memcacheds.putIfAbsent(kumo, memcached);
        if (before == null && other == null) {
            recent.add(0, new Pair(memcached, kumo));
            if (recent.size() > RECENT) {
                recent.remove(RECENT);
            }
            return true;
        }
        return before != null && other != null && before == kumo && other == memcached;
    }

    /** One that was told, newer ones more often; or one that nobody was told. */
    Pair any(RandomGenerator random) {
        if (recent.isEmpty() || random.nextInt(6) == 0) {
            return new Pair(999_999_999, 999_999_999);
        }
        return recent.get(Math.min(random.nextInt(recent.size()), random.nextInt(recent.size())));
    }
}
