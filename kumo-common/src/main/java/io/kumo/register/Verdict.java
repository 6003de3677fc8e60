package io.kumo.register;

/** What a voter says to a proposer. Numbers are never reused. */
public enum Verdict {
    /** Yes. */
    GRANTED(0),
    /** It has promised a higher ballot. */
    OUTBID(1),
    /** It knows a newer committed table, and sends it. */
    NEWER(2),
    /** It does not know the table that the vote follows: send that first. */
    BEHIND(3),
    /** Its vote does not count, or it has forgotten what it voted for, or it belongs to another cluster. */
    NO_VOTER(4);

    private final int number;

    Verdict(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The verdict with that number; {@link #NO_VOTER} for one that a newer version invented. */
    public static Verdict of(int number) {
        for (Verdict verdict : values()) {
            if (verdict.number == number) {
                return verdict;
            }
        }
        return NO_VOTER;
    }
}
