package io.kumo.server.runtime;

/**
 * When records go from memory to the store. Late on purpose: a record that is overwritten meanwhile is written once,
 * and a large batch costs a fraction of many small ones.
 *
 * @param logBytes of entries since the last checkpoint, as they are in memory: what a start would have to hold
 * @param idleNs without writes, after which the store catches up: then a start reads nothing, and counts are exact
 * @param ageNs of the oldest record that is not in the store, at most
 */
record CheckpointRule(long logBytes, long idleNs, long ageNs) {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MIN_LOG_BYTES = 64L << 20;
    private static final long MAX_LOG_BYTES = 1L << 30;
    private static final int OLDEST_SEC = 60;
    private static final int SPREAD_SEC = 31;
    private static final int REST_TIMES = 3;
    private static final int LOG_SHARE_OF_RESTS = 8;

    /**
     * The entries since the last checkpoint have to fit into memory when they are read at start. Within that, the more
     * of them the better: what is overwritten often is written to the store once.
     *
     * @param memoryBytes of this event loop
     * @param spread another number for each event loop of the cluster: copies take the same writes, and must not all go
     *     to their disks at the same time
     */
    static CheckpointRule forMemory(long memoryBytes, long spread) {
        long logBytes = Math.max(MIN_LOG_BYTES, Math.min(MAX_LOG_BYTES, memoryBytes));
        long ageSec = OLDEST_SEC - Long.remainderUnsigned(spread, SPREAD_SEC);
        return new CheckpointRule(logBytes, 2 * SECOND_NS, ageSec * SECOND_NS);
    }

    /**
     * Whether to begin a checkpoint, where something is dirty.
     *
     * @param isHalfFull the memory for what is not in the store is half full
     * @param logSinceBytes of entries appended since the last checkpoint began
     * @param idleForNs since the last write
     * @param sinceNs the last checkpoint began
     */
    boolean isDue(boolean isHalfFull, long logSinceBytes, long idleForNs, long sinceNs) {
        return isHalfFull || logSinceBytes >= logBytes || idleForNs >= idleNs || sinceNs >= ageNs;
    }

    /**
     * Whether a round may rest between its transactions: what the log gets until it ends is to be held by a start, too.
     *
     * @param isHalfFull the memory for what is not in the store is half full
     * @param logSinceBytes of entries appended since the round began
     */
    boolean mayRest(boolean isHalfFull, long logSinceBytes) {
        return !isHalfFull && logSinceBytes < logBytes / LOG_SHARE_OF_RESTS;
    }

    /**
     * After a transaction, where nobody waits for the next: three quarters of the time are left to clients. A round of
     * 100 MB takes some 4 s so, instead of all that the disk and a processor have for one.
     */
    long restNs(long workedNs) {
        return Math.min(REST_TIMES * workedNs, SECOND_NS);
    }
}
