package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.protocol.VerifyMessages.CompareRanges;
import io.kumo.protocol.VerifyMessages.Compared;
import io.kumo.protocol.VerifyMessages.RangeRecords;
import io.kumo.protocol.VerifyMessages.RecordVersion;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A copy's part in a comparison with the primary: waits until it has committed what the primary had, compares, and says
 * which ranges differ. One at a time; a newer question replaces the one before.
 */
final class Comparison implements RangeComparer.Sink {
    private static final int MOST_RECORDS = 4096;

    private final ReplicaContext context;
    private final PartitionData data;
    private final ServerId primary;
    private final CompareRanges question;
    private final List<RangeRecords> differing = new ArrayList<>();
    private int records;
    private @Nullable RangeComparer comparer;

    Comparison(ReplicaContext context, PartitionData data, ServerId primary, CompareRanges question) {
        this.context = context;
        this.data = data;
        this.primary = primary;
        this.question = question;
    }

    long id() {
        return question.compareId();
    }

    /** Goes on if it can; true once it is answered. */
    boolean advance() {
        RangeComparer ranges = comparer;
        if (ranges == null) {
            if (!data.isComplete() || data.committedSeq() < question.seq()) {
                return false;
            }
            List<RangeDigest> digests = question.digests();
            Bytes last = digests.isEmpty()
                    ? Bytes.EMPTY
                    : digests.get(digests.size() - 1).lastKey();
            ranges = new RangeComparer(new MergedScan(context, data, question.after(), last), this);
            ranges.begin(digests);
            comparer = ranges;
        }
        if (ranges.scan().isWaiting()) {
            return false;
        }
        if (!ranges.advance()) {
            ranges.scan().request(context.settings.sendBytes());
            return false;
        }
        context.effects.send(primary, new Compared(data.partition, question.epoch(), question.compareId(), differing));
        return true;
    }

    @Override
    public void onPart(int range, List<LogEntry> here) {
        records += MOST_RECORDS; // there are enough differences now
    }

    @Override
    public void onDiffers(int range, List<LogEntry> here, boolean hadParts) {
        if (records <= MOST_RECORDS) {
            List<RecordVersion> versions = new ArrayList<>();
            for (LogEntry record : here) {
                versions.add(new RecordVersion(record.key(), record.epoch(), record.seq()));
            }
            differing.add(new RangeRecords(range, versions));
            records += here.size();
        }
    }

    /** True if the page was asked for here. */
    boolean onScanned(long id, List<LogEntry> page, List<Bytes> damaged, boolean last) {
        RangeComparer ranges = comparer;
        if (ranges == null || !ranges.scan().isMine(id)) {
            return false;
        }
        ranges.scan().onPage(page, damaged, last);
        return true;
    }
}
