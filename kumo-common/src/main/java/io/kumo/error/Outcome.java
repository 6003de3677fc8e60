package io.kumo.error;

/** What a caller may conclude about the operation that failed. */
public enum Outcome {
    /** Nothing was executed; the operation may be tried again, elsewhere too. */
    NOT_DONE,
    /** It may or may not have been executed; only the same operation id may be tried again. */
    UNKNOWN,
    /** It was refused and will be refused again; tell the user. */
    REJECTED,
    /** The node can't go on: a broken invariant or a failed store. */
    FATAL
}
