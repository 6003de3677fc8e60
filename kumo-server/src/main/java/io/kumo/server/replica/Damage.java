package io.kumo.server.replica;

import io.kumo.base.Bytes;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a server knows to be wrong with its copy of a partition while it goes on with it. */
final class Damage {
    private static final int MAX_KEYS = 100;

    private final Set<Bytes> keys = new LinkedHashSet<>();
    private boolean isMore;
    private boolean isDistrusted;

    /** Whether there is any. */
    boolean isKnown() {
        return isDistrusted || isMore || !keys.isEmpty();
    }

    /** The record of that key can't be read; false if that was known. */
    boolean add(Bytes key) {
        if (keys.size() < MAX_KEYS) {
            return keys.add(key);
        }
        boolean isNews = !isMore && !keys.contains(key);
        isMore |= isNews;
        return isNews;
    }

    /** The copy is not to be trusted, says its primary; false if that was known. */
    boolean distrust() {
        boolean isNews = !isDistrusted;
        isDistrusted = true;
        return isNews;
    }

    /** The copy is to be trusted again; false if it was all the time. */
    boolean trust() {
        boolean isNews = isDistrusted;
        isDistrusted = false;
        return isNews;
    }

    boolean isDistrusted() {
        return isDistrusted;
    }

    /** There is a newer record of that key, or none. */
    void onReplaced(Bytes key) {
        if (!keys.isEmpty()) {
            keys.remove(key);
        }
    }

    void clear() {
        keys.clear();
        isMore = false;
        isDistrusted = false;
    }
}
