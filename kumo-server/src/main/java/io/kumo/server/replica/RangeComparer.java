package io.kumo.server.replica;

import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares what is here with digests of what a primary has, range after range. Digests come in pieces that follow each
 * other; between two of them the walk stands still.
 */
final class RangeComparer {
    /** More records than that in one range are told in parts. */
    private static final int PART_RECORDS = 4 * RangeDigests.RANGE_RECORDS;

    /** What is told of the ranges that differ. */
    interface Sink {
        /** Many records are in a range that differs, and more of it will follow. */
        void onPart(int range, List<LogEntry> here);

        /** The range differs; these are its records here, or the rest of them if there were parts. */
        void onDiffers(int range, List<LogEntry> here, boolean hadParts);
    }

    private final MergedScan scan;
    private final Sink sink;
    private List<RangeDigest> digests = List.of();
    private int range;
    private int count;
    private long hash;
    private List<LogEntry> here = new ArrayList<>();

    RangeComparer(MergedScan scan, Sink sink) {
        this.scan = scan;
        this.sink = sink;
    }

    MergedScan scan() {
        return scan;
    }

    /** The next digests; those before are done. */
    void begin(List<RangeDigest> next) {
        digests = next;
        range = 0;
        beginRange();
    }

    private void beginRange() {
        count = 0;
        hash = 0;
        here = new ArrayList<>();
    }

    boolean isDone() {
        return range == digests.size();
    }

    /** Goes on as far as it can; false if the scan's next page is needed for more. */
    boolean advance() {
        while (!isDone()) {
            RangeDigest digest = digests.get(range);
            LogEntry record = scan.peek();
            if (record == null && scan.needsPage()) {
                return false;
            }
            boolean isEnd = record == null
                    || (!digest.lastKey().isEmpty() && record.key().compareTo(digest.lastKey()) > 0);
            if (isEnd) {
                endRange(digest);
            } else {
                take(digest);
            }
        }
        return true;
    }

    private void take(RangeDigest digest) {
        LogEntry record = scan.next();
        if (record == null) {
            return;
        }
        count++;
        hash = RangeDigests.add(hash, record);
        here.add(record);
        if (count > digest.count() && here.size() >= PART_RECORDS) {
            sink.onPart(range, here);
            here = new ArrayList<>();
        }
    }

    private void endRange(RangeDigest digest) {
        if (count != digest.count() || hash != digest.hash()) {
            sink.onDiffers(range, here, count > here.size());
        }
        range++;
        beginRange();
    }
}
