package io.kumo.server.store;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import java.util.List;

/**
 * Some records of a partition in the order of their keys (unsigned bytes).
 *
 * @param records kind PUT, with the (epoch, seq) of the write that made them
 * @param damaged keys between and beside these whose records do not fit their checksums, ascending
 * @param isLast no record comes after these
 */
public record ScanPage(List<LogEntry> records, List<Bytes> damaged, boolean isLast) {
    public ScanPage {
        records = List.copyOf(records);
        damaged = List.copyOf(damaged);
    }

    /** A page without damage. */
    public ScanPage(List<LogEntry> records, boolean isLast) {
        this(records, List.of(), isLast);
    }

    /** The key after which the next page begins; {@code before} if this one is empty. */
    public Bytes lastKey(Bytes before) {
        Bytes last =
                records.isEmpty() ? before : records.get(records.size() - 1).key();
        Bytes lastDamaged = damaged.isEmpty() ? before : damaged.get(damaged.size() - 1);
        return last.compareTo(lastDamaged) >= 0 ? last : lastDamaged;
    }
}
