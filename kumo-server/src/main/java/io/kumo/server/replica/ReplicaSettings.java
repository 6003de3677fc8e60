package io.kumo.server.replica;

/**
 * Bounds and times of all replicas of a server.
 *
 * @param minCopies fewer copies in sync than this: writes are refused
 * @param maxValueBytes longest value that append and prepend may make
 * @param maxPendingEntries of one partition, proposed and not yet committed
 * @param maxPendingBytes of the same
 * @param maxWaiting operations of one partition that wait for the store or for a commit
 * @param sendBytes about the largest Replicate, CopyChunk and read of the log
 * @param windowBytes sent to one copy of a partition and not yet answered
 * @param resendNs an unanswered message is sent again after this
 * @param unresponsiveNs a copy that owes an answer for this long is reported
 * @param dropAfterNs a partition that the table does not name is dropped after this
 * @param dedupNs answers of operations that no gateway settled are kept this long
 */
public record ReplicaSettings(
        int minCopies,
        int maxValueBytes,
        int maxPendingEntries,
        long maxPendingBytes,
        int maxWaiting,
        int sendBytes,
        long windowBytes,
        long resendNs,
        long unresponsiveNs,
        long dropAfterNs,
        long dedupNs) {
    /** No key may be longer: the log keeps the length in two bytes. */
    static final int MAX_KEY_BYTES = 65535;

    private static final long MS = 1_000_000;

    public static ReplicaSettings defaults() {
        return new ReplicaSettings(
                1, 1 << 20, 8192, 32 << 20, 16384, 1 << 20, 8 << 20, 200 * MS, 1000 * MS, 60_000 * MS, 120_000 * MS);
    }

    public ReplicaSettings withMinCopies(int count) {
        return new ReplicaSettings(
                count,
                maxValueBytes,
                maxPendingEntries,
                maxPendingBytes,
                maxWaiting,
                sendBytes,
                windowBytes,
                resendNs,
                unresponsiveNs,
                dropAfterNs,
                dedupNs);
    }

    public ReplicaSettings withMaxValueBytes(int bytes) {
        return new ReplicaSettings(
                minCopies,
                bytes,
                maxPendingEntries,
                maxPendingBytes,
                maxWaiting,
                sendBytes,
                windowBytes,
                resendNs,
                unresponsiveNs,
                dropAfterNs,
                dedupNs);
    }

    public ReplicaSettings withDropAfterNs(long ns) {
        return new ReplicaSettings(
                minCopies,
                maxValueBytes,
                maxPendingEntries,
                maxPendingBytes,
                maxWaiting,
                sendBytes,
                windowBytes,
                resendNs,
                unresponsiveNs,
                ns,
                dedupNs);
    }
}
