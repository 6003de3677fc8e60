package io.kumo.sim;

/**
 * One key in a memcached of one copy, as the checker of histories imagines it: no record if the value is null; the cas
 * is 0 where no answer told it.
 *
 * @param lastCas the highest so far that a server chose: they only grow
 * @param expiresFromNs when the record may be gone at the earliest
 * @param expiresByNs when it is gone at the latest; 0 for one that stays
 * @param isTimed whether it has an end, which is too far away to be reached; of keys for meta commands
 * @param marks bits of {@code LogEntry}: STALE, TOKEN_SENT
 */
record RecordState(
        String value, long cas, long lastCas, long expiresFromNs, long expiresByNs, boolean isTimed, int marks) {
    static final RecordState NONE = new RecordState(null, 0, 0, 0, 0, false, 0);

    /** The record is gone. */
    RecordState gone() {
        return new RecordState(null, 0, lastCas, 0, 0, false, 0);
    }

    /** A record with that value, without an end and marks. */
    RecordState with(String newValue, long newCas) {
        return new RecordState(newValue, newCas, Math.max(newCas, lastCas), 0, 0, false, 0);
    }

    /** The same, known to have that cas, which its server chose. */
    RecordState withCas(long known) {
        return new RecordState(value, known, Math.max(known, lastCas), expiresFromNs, expiresByNs, isTimed, marks);
    }

    RecordState expiring(long fromNs, long byNs) {
        return new RecordState(value, cas, lastCas, fromNs, byNs, isTimed, marks);
    }

    RecordState timed(boolean timed) {
        return new RecordState(value, cas, lastCas, expiresFromNs, expiresByNs, timed, marks);
    }

    RecordState marked(int newMarks) {
        return new RecordState(value, cas, lastCas, expiresFromNs, expiresByNs, isTimed, newMarks);
    }

    /** The same with a cas that a client chose: it says nothing of those that servers choose. */
    RecordState withOwnCas(long own) {
        return new RecordState(value, own, lastCas, expiresFromNs, expiresByNs, isTimed, marks);
    }

    boolean has(int wanted) {
        return (marks & wanted) != 0;
    }
}
