package io.kumo.server.store;

import io.kumo.protocol.LogEntry;
import java.util.List;

/**
 * Some records of a partition in the order of their keys (unsigned bytes).
 *
 * @param records kind PUT, with the (epoch, seq) of the write that made them
 * @param isLast no record comes after these
 */
public record ScanPage(List<LogEntry> records, boolean isLast) {
    public ScanPage {
        records = List.copyOf(records);
    }
}
