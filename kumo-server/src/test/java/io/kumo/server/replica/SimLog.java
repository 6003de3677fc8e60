package io.kumo.server.replica;

import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The log of a server of the simulation: it survives the process, and a power cut as far as it was synced. */
final class SimLog {
    private final List<LogEntry> entries = new ArrayList<>();
    private int start;
    private int syncedCount;

    void write(List<LogEntry> more) {
        entries.addAll(more);
    }

    /** What was written survives a power cut. */
    void sync() {
        syncedCount = entries.size();
    }

    /** Any part of what was not synced may be gone. */
    void cutPower(Random random) {
        int kept = syncedCount + random.nextInt(entries.size() - syncedCount + 1);
        entries.subList(kept, entries.size()).clear();
    }

    /** Where the next entry goes. */
    int end() {
        return entries.size();
    }

    /** What a start replays. */
    List<LogEntry> replay(Recovery stored) {
        return entries.subList(replayStart(stored), entries.size());
    }

    /** Behind the last copy if the store has it, as ReplayPlan has it. */
    private int replayStart(Recovery stored) {
        for (int i = entries.size() - 1; i >= start; i--) {
            LogEntry entry = entries.get(i);
            if (entry.kind() == EntryKind.COPY_END) {
                boolean isStored = stored.complete()
                        && (stored.epoch() > entry.epoch()
                                || (stored.epoch() == entry.epoch() && stored.seq() >= entry.seq()));
                return isStored ? i + 1 : start;
            }
            if (entry.kind() == EntryKind.COPY_BEGIN || entry.kind() == EntryKind.DROP) {
                return i;
            }
        }
        return start;
    }

    /** The entries from a seq on that were not undone; null if they are not all here. */
    @Nullable
    List<LogEntry> read(long fromSeq, int maxBytes) {
        List<LogEntry> valid = new ArrayList<>();
        for (LogEntry entry : entries.subList(start, entries.size())) {
            switch (entry.kind()) {
                case PUT:
                case DELETE:
                case FLUSH:
                    valid.add(entry);
                    break;
                case TRUNCATE:
                    valid.removeIf(other -> other.seq() > entry.seq());
                    break;
                default:
                    valid.clear();
                    break;
            }
        }
        valid.removeIf(entry -> entry.seq() < fromSeq);
        if (valid.isEmpty() || valid.get(0).seq() != fromSeq) {
            return null;
        }
        int bytes = 0;
        int count = 0;
        while (count < valid.size() && bytes < maxBytes) {
            bytes += valid.get(count++).footprintBytes();
        }
        return new ArrayList<>(valid.subList(0, count));
    }

    /** Drops the front of the log that the store has; what is not in the store yet must stay. */
    void trim(Checkpoint checkpoint, int end) {
        if (!checkpoint.complete()) {
            return;
        }
        int first = start;
        while (first < Math.min(end, syncedCount)) {
            LogEntry entry = entries.get(first);
            boolean isData = entry.kind() == EntryKind.PUT
                    || entry.kind() == EntryKind.DELETE
                    || entry.kind() == EntryKind.FLUSH;
            if (isData && entry.seq() > checkpoint.seq()) {
                break;
            }
            first++;
        }
        start = first;
    }
}
