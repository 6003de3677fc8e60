package io.kumo.backup;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What entries of a partition leave, in whatever order they come: the newest of each key wins. */
public final class PartitionMerge {
    private final Map<Bytes, LogEntry> newest = new HashMap<>();
    private @Nullable LogEntry flush;

    public void add(LogEntry entry) {
        LogEntry flushed = flush;
        if (entry.isPlan() || (flushed != null && !isNewer(entry, flushed))) {
            return; // what is planned is not done yet
        }
        if (entry.kind() == EntryKind.FLUSH) {
            flush = entry;
            newest.values().removeIf(other -> !isNewer(other, entry));
        } else {
            newest.merge(entry.key(), entry, (known, other) -> isNewer(other, known) ? other : known);
        }
    }

    private static boolean isNewer(LogEntry entry, LogEntry than) {
        return pointOf(entry).compareTo(pointOf(than)) > 0;
    }

    private static BackupPoint pointOf(LogEntry entry) {
        return new BackupPoint(entry.epoch(), entry.seq());
    }

    /** The records that there are, by key. */
    public List<LogEntry> records() {
        return newest.values().stream()
                .filter(LogEntry::isRecord)
                .sorted(Comparator.comparing(LogEntry::key))
                .toList();
    }

    /** All that changed, by key: what makes the same of an older state. */
    public List<LogEntry> changes() {
        List<LogEntry> all = new ArrayList<>(newest.values());
        all.sort(Comparator.comparing(LogEntry::key));
        if (flush != null) {
            all.add(0, flush);
        }
        return all;
    }
}
