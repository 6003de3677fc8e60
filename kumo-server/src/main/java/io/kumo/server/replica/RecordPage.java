package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.BackupMessages.ReadRecords;
import io.kumo.protocol.BackupMessages.RecordsResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of the records of a primary, for somebody who reads all of them while writes go on. */
final class RecordPage {
    private static final int MOST_BYTES = 4 << 20;

    private final MergedScan scan;
    private final Answer<Message> answer;
    private final int maxBytes;
    private final List<LogEntry> records = new ArrayList<>();
    private int bytes;
    private long unreadable;

    RecordPage(ReplicaContext context, PartitionData data, ReadRecords call, Answer<Message> answer) {
        this.scan = new MergedScan(context, data, call.after(), Bytes.EMPTY);
        this.answer = answer;
        this.maxBytes = Math.max(1, Math.min(call.maxBytes(), MOST_BYTES));
    }

    /** Goes on; true once it is answered. */
    boolean advance(@Nullable PrimaryRole primary) {
        if (primary == null || !primary.isActive()) {
            answer.fail(ErrorCode.NOT_PRIMARY);
            return true;
        }
        while (!scan.isWaiting()) {
            LogEntry record = bytes < maxBytes ? scan.next() : null;
            if (record != null) {
                take(record);
            } else if (bytes < maxBytes && scan.needsPage()) {
                scan.request(maxBytes);
            } else {
                boolean isEnd = scan.isAtEnd() || records.isEmpty();
                Bytes last =
                        isEnd ? Bytes.EMPTY : records.get(records.size() - 1).key();
                answer.ok(new RecordsResult(records, last, unreadable));
                return true;
            }
        }
        return false;
    }

    private void take(LogEntry record) {
        if (MergedScan.isDamaged(record)) {
            unreadable++;
        } else {
            records.add(record);
            bytes += record.footprintBytes();
        }
    }

    void onScanned(long id, List<LogEntry> page, List<Bytes> damaged, boolean last) {
        if (scan.isMine(id)) {
            scan.onPage(page, damaged, last);
        }
    }
}
