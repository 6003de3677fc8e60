package io.kumo.sim;

import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a server's log says of one partition, by the rules of recovery: the last copy or drop, then dense entries. */
final class LoggedPartition {
    /** An entry and its place in the log. */
    record Place(LogEntry entry, long index) {}

    private final List<Place> dense = new ArrayList<>();
    private final List<Place> copied = new ArrayList<>();
    private Place reset;
    private Place copyEnd;

    void add(LogEntry entry, long index) {
        switch (entry.kind()) {
            case PUT, DELETE, FLUSH -> addDense(entry, index);
            case TRUNCATE -> cut(entry.seq());
            case COPY_BEGIN, DROP -> {
                dense.clear();
                copied.clear();
                copyEnd = null;
                reset = new Place(entry, index);
            }
            case COPY_PUT -> copied.add(new Place(entry, index));
            case COPY_END -> copyEnd = new Place(entry, index);
        }
    }

    private void addDense(LogEntry entry, long index) {
        cut(entry.seq() - 1);
        if (!dense.isEmpty() && lastSeq() + 1 != entry.seq()) {
            dense.clear(); // what is before a gap can't be reached any more
        }
        dense.add(new Place(entry, index));
    }

    private void cut(long seq) {
        while (!dense.isEmpty() && lastSeq() > seq) {
            dense.remove(dense.size() - 1);
        }
    }

    /** Of the dense entries; 0 if there is none. */
    long firstSeq() {
        return dense.isEmpty() ? 0 : dense.get(0).entry().seq();
    }

    long lastSeq() {
        return dense.isEmpty() ? 0 : dense.get(dense.size() - 1).entry().seq();
    }

    /** The entry with that seq; null if it is not here. */
    LogEntry at(long seq) {
        return dense.isEmpty() || seq < firstSeq() || seq > lastSeq()
                ? null
                : dense.get((int) (seq - firstSeq())).entry();
    }

    /** Seq up to which the last copy brought the partition; 0 if there was none, or it did not end. */
    long copySeq() {
        return copyEnd == null ? 0 : copyEnd.entry().seq();
    }

    boolean isInCopy() {
        return reset != null && reset.entry().kind() == EntryKind.COPY_BEGIN && copyEnd == null;
    }

    /** Place up to which records at that position have everything; -1 if they are from before the last copy or drop. */
    long coveredUpTo(long epoch, long seq) {
        long covered = -1;
        if (reset != null) {
            boolean isCovered = copyEnd != null && reaches(epoch, seq, copyEnd.entry());
            if (!isCovered) {
                return -1;
            }
            covered = copyEnd.index();
        }
        for (Place place : dense) {
            if (place.entry().seq() > seq) {
                break;
            }
            covered = Math.max(covered, place.index());
        }
        return covered;
    }

    private static boolean reaches(long epoch, long seq, LogEntry end) {
        return epoch > end.epoch() || (epoch == end.epoch() && seq >= end.seq());
    }

    /**
     * Entries that records at that position lack, as recovery tells them.
     *
     * @return null if the log does not reach back so far
     */
    List<LogEntry> after(long epoch, long seq) {
        List<Place> places = placesAfter(epoch, seq);
        return places == null ? null : places.stream().map(Place::entry).toList();
    }

    /** Their places in the log. */
    List<Long> needed(long epoch, long seq) {
        List<Place> places = placesAfter(epoch, seq);
        return places == null ? null : places.stream().map(Place::index).toList();
    }

    /** Whether records at that position are from before the last copy or drop: they do not count. */
    boolean isReset(long epoch, long seq) {
        return reset != null && !(copyEnd != null && reaches(epoch, seq, copyEnd.entry()));
    }

    private List<Place> placesAfter(long epoch, long seq) {
        List<Place> places = new ArrayList<>();
        long from = seq;
        if (isReset(epoch, seq)) {
            places.add(reset);
            if (copyEnd != null) {
                places.addAll(copied);
                places.add(copyEnd);
            }
            from = copySeq();
        }
        for (Place place : dense) {
            if (place.entry().seq() > from) {
                if (place.entry().seq() != from + 1) {
                    return null;
                }
                places.add(place);
                from = place.entry().seq();
            }
        }
        return places;
    }

    /**
     * Entries from a seq on, up to the first that can't be read; null if the log does not have that one and can't tell
     * that it is the next.
     */
    List<LogEntry> slice(long fromSeq, int maxBytes, Set<Long> damaged) {
        if (dense.isEmpty() || fromSeq < firstSeq() || fromSeq > lastSeq() + 1) {
            return null;
        }
        List<LogEntry> slice = new ArrayList<>();
        long bytes = 0;
        for (int i = (int) (fromSeq - firstSeq()); i < dense.size() && bytes < maxBytes; i++) {
            if (damaged.contains(dense.get(i).index())) {
                return slice.isEmpty() ? null : slice;
            }
            slice.add(dense.get(i).entry());
            bytes += dense.get(i).entry().footprintBytes();
        }
        return slice;
    }

    /** Places of the dense entries. */
    List<Long> indexes() {
        return dense.stream().map(Place::index).toList();
    }

    /** The log was cut off at its old end: what is before that place is gone. */
    void forgetBefore(long index) {
        dense.removeIf(place -> place.index() < index);
        copied.removeIf(place -> place.index() < index);
        if (reset != null && reset.index() < index) {
            reset = null;
            copyEnd = null;
            copied.clear();
        }
    }
}
