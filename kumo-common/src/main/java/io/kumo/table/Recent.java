package io.kumo.table;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The last few values that were made of something. Safe for any thread: two that make values at once may both make the
 * same, and one of the two may be forgotten.
 */
final class Recent<K, V> {
    private static final int MOST = 4;

    private record Entry<K, V>(K key, V value) {}

    private final BiPredicate<K, K> same;
    private volatile List<Entry<K, V>> entries = List.of();

    Recent(BiPredicate<K, K> same) {
        this.same = same;
    }

    V get(K key, Function<K, V> maker) {
        for (Entry<K, V> entry : entries) {
            if (same.test(entry.key(), key)) {
                return entry.value();
            }
        }
        V value = maker.apply(key);
        entries = Stream.concat(Stream.of(new Entry<>(key, value)), entries.stream())
                .limit(MOST)
                .toList();
        return value;
    }
}
