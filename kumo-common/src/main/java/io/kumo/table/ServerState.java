package io.kumo.table;

/** What the table says of a server that it names. A server that it doesn't name is new. Numbers are never reused. */
public enum ServerState {
    /** Takes part. */
    ATTACHED(0),
    /** Left the cluster's view and its grace time is over: primary and in sync only where nobody else is. */
    FAULT(1),
    /** Being detached: keeps its copies until they have successors, then leaves the table. */
    LEAVING(2);

    private final int number;

    ServerState(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static ServerState of(int number) {
        for (ServerState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        throw new IllegalArgumentException("server state " + number + " is not known to this version");
    }
}
