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

    /**
     * The entries since the last checkpoint have to fit into memory when they are read at start. Within that, the more
     * of them the better: what is overwritten often is written to the store once.
     *
     * @param memoryBytes of this event loop
     */
    static CheckpointRule forMemory(long memoryBytes) {
        long logBytes = Math.max(MIN_LOG_BYTES, Math.min(MAX_LOG_BYTES, memoryBytes));
        return new CheckpointRule(logBytes, 2 * SECOND_NS, 60 * SECOND_NS);
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
}
