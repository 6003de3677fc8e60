package io.kumo.ctl.runtime;

/** How one operation of a benchmark ended. */
enum BenchOutcome {
    GOOD,
    /** An error line. */
    ERROR,
    /** A value that is not what was written, or an answer that is not the protocol's. */
    WRONG,
    /** The key is absent. */
    MISS
}
