package io.kumo.error;

/** Every error that crosses a process boundary or ends a process: number, outcome, text. Numbers are never reused. */
public enum ErrorCode {
    NOT_PRIMARY(1, Outcome.NOT_DONE, "not the primary of this partition"),
    TIMED_OUT(2, Outcome.UNKNOWN, "deadline passed before an answer"),
    CONNECTION_LOST(3, Outcome.UNKNOWN, "connection lost before an answer"),
    NOT_CONNECTED(4, Outcome.NOT_DONE, "no connection"),
    NOT_LEADER(5, Outcome.NOT_DONE, "this manager is not the leader"),
    NO_TABLE(6, Outcome.NOT_DONE, "no partition table yet: attach servers first"),
    NO_PRIMARY(7, Outcome.NOT_DONE, "no live copy of this partition"),
    NOT_ENOUGH_COPIES(8, Outcome.REJECTED, "fewer copies in sync than --min-copies"),
    OVERLOADED(9, Outcome.NOT_DONE, "too many requests in flight"),
    DISK_FULL(10, Outcome.REJECTED, "disk is nearly full: writes are refused until there is room"),
    TOO_LARGE(11, Outcome.REJECTED, "larger than allowed"),
    BAD_REQUEST(12, Outcome.REJECTED, "malformed request"),
    WRONG_CLUSTER(13, Outcome.REJECTED, "belongs to another cluster"),
    UNKNOWN_METHOD(14, Outcome.REJECTED, "method not known to this version"),
    REFUSED(15, Outcome.REJECTED, "refused"),
    SHUTTING_DOWN(16, Outcome.NOT_DONE, "shutting down"),
    LEASE_LOST(17, Outcome.NOT_DONE, "the primary's lease ran out"),
    CORRUPT(18, Outcome.REJECTED, "stored data is damaged"),
    STORE_FAILED(19, Outcome.FATAL, "the store failed"),
    INTERNAL(20, Outcome.FATAL, "internal error"),
    NOT_ALLOWED(21, Outcome.REJECTED, "not allowed to this role"),
    UNAUTHENTICATED(22, Outcome.REJECTED, "has not proved who it is");

    private static final ErrorCode[] BY_NUMBER = new ErrorCode[values().length + 1];

    static {
        for (ErrorCode code : values()) {
            BY_NUMBER[code.number] = code;
        }
    }

    private final int number;
    private final Outcome outcome;
    private final String text;

    ErrorCode(int number, Outcome outcome, String text) {
        this.number = number;
        this.outcome = outcome;
        this.text = text;
    }

    public int number() {
        return number;
    }

    public Outcome outcome() {
        return outcome;
    }

    public String text() {
        return text;
    }

    /** The code with that number; {@link #INTERNAL} for one that a newer version invented. */
    public static ErrorCode of(int number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : INTERNAL;
    }
}
