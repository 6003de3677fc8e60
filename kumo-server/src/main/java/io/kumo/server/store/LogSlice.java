package io.kumo.server.store;

import io.kumo.protocol.LogEntry;
import java.util.List;

/** What the log answers to somebody who wants to catch up. */
public sealed interface LogSlice {
    /**
     * Entries with dense seqs, the first one as asked for; kinds PUT, DELETE and FLUSH only.
     *
     * @param entries empty if the log ends before the seq that was asked for
     * @param lastSeq the last seq that the log had of the partition when it was read
     */
    record Entries(List<LogEntry> entries, long lastSeq) implements LogSlice {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The log does not reach back so far, or a copy began since.
     *
     * @param firstSeq the first one that it has; 0 for none
     */
    record Gone(long firstSeq) implements LogSlice {}
}
