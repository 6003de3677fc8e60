package io.kumo.gateway.runtime;

/**
 * How long one client may take: until it authenticates, between commands, from the begin of a command to its end, and
 * to read its answers. Kept by its session, on the event loop.
 */
final class Patience {
    /** Why a client is disconnected. */
    enum Verdict {
        WAIT,
        /** It sent no command for too long. */
        IDLE,
        /** It stopped in the middle of a command, or does not read. */
        STALLED,
        /** It did not say who it is. */
        ANONYMOUS
    }

    private static final long NS_PER_MS = 1_000_000;
    /** To authenticate. */
    private static final long LOGIN_MS = 60_000;
    /** To read, while there is no memory for others. */
    private static final long CROWDED_MS = 2000;
    /** A client that takes this much of its answers within the time reads, bytes. */
    private static final long READS_BYTES = 64 << 10;

    private static final long MOST_MS = 1000;
    private static final long LEAST_MS = 10;

    private final long idleNs;
    private final long stallNs;
    private final long openedNs;
    private long commandNs;
    private long partialNs;
    private boolean partial;
    private long takenNs;
    private long takenBytes;

    Patience(ClientLimits limits, long nowNs) {
        idleNs = limits.idleMs() * NS_PER_MS;
        stallNs = limits.stallMs() * NS_PER_MS;
        openedNs = nowNs;
        commandNs = nowNs;
        takenNs = nowNs;
    }

    /** How often clients are looked at. */
    static long lookEveryMs(ClientLimits limits) {
        long least = MOST_MS;
        if (limits.idleMs() > 0) {
            least = Math.min(least, limits.idleMs() / 2);
        }
        if (limits.stallMs() > 0) {
            least = Math.min(least, limits.stallMs() / 2);
        }
        return Math.max(LEAST_MS, least);
    }

    /** A whole command came. */
    void onCommand(long nowNs) {
        commandNs = nowNs;
        partial = false;
    }

    /** When the last command came. */
    long commandNs() {
        return commandNs;
    }

    /** Whether a command has begun that is not whole yet. */
    boolean isPartial() {
        return partial;
    }

    /** Nothing more is whole; what is left is part of a command, or nothing. */
    void onRest(boolean isPartial, long nowNs) {
        if (isPartial && !partial) {
            partialNs = nowNs;
        }
        partial = isPartial;
    }

    /**
     * What is to become of the client.
     *
     * @param state of the session now
     */
    Verdict look(State state, long nowNs) {
        if (!state.admitted() && nowNs - openedNs > LOGIN_MS * NS_PER_MS) {
            return Verdict.ANONYMOUS;
        }
        if (!state.reading()) {
            partialNs = nowNs; // it may have sent the rest, and nobody looked
        }
        if (stallNs > 0 && partial && nowNs - partialNs > stallNs) {
            return Verdict.STALLED;
        }
        if (state.unreadBytes() == 0 || state.takenBytes() - takenBytes >= READS_BYTES) {
            takenNs = nowNs;
            takenBytes = state.takenBytes();
        } else if (isTooLong(nowNs - takenNs, state.crowded())) {
            return Verdict.STALLED;
        }
        return idleNs > 0 && state.quiet() && nowNs - commandNs > idleNs ? Verdict.IDLE : Verdict.WAIT;
    }

    private boolean isTooLong(long unreadNs, boolean crowded) {
        return (stallNs > 0 && unreadNs > stallNs) || (crowded && unreadNs > CROWDED_MS * NS_PER_MS);
    }

    /**
     * A session, as one moment has it.
     *
     * @param admitted it said who it is, or need not
     * @param reading what the client sends is read
     * @param quiet nothing is under way
     * @param crowded there is no memory for more
     * @param unreadBytes answers that the socket did not take yet
     * @param takenBytes answers that it took in all
     */
    record State(
            boolean admitted, boolean reading, boolean quiet, boolean crowded, long unreadBytes, long takenBytes) {}
}
