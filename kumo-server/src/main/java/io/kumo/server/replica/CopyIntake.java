package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.RangeWanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A joiner's end of a copy: chunks in order, answered once they are in memory and memory has room, the last one once
 * all is in the store. Digests are compared with what was here when the copy began.
 */
final class CopyIntake implements RangeComparer.Sink {
    private final ReplicaContext context;
    private final PartitionData data;
    private long copyId;
    private int nextIndex;
    private int answeredIndex;
    private boolean owesAnswer;
    private boolean isDone;

    private @Nullable RangeComparer comparer;
    private boolean isComparing;
    private List<RangeWanted> wanted = List.of();
    /** Records whose fingerprints went to the primary. */
    private final Map<Long, Bytes> offered = new HashMap<>();

    CopyIntake(ReplicaContext context, PartitionData data) {
        this.context = context;
        this.data = data;
    }

    /** True if this changed what the partition has. */
    boolean take(CopyChunk chunk) {
        if (chunk.copyId() < copyId) {
            return false; // of a copy that the primary has given up
        }
        if (chunk.copyId() > copyId) {
            if (chunk.index() != 0) {
                owesAnswer = copyId == 0;
                return false;
            }
            begin(chunk);
        }
        if (isComparing) {
            return false; // the one under comparison, again
        }
        if (isDone || chunk.index() != nextIndex) {
            owesAnswer = true; // it has come before, or one before it was lost
            return false;
        }
        RangeComparer ranges = comparer;
        if (ranges != null && !chunk.digests().isEmpty()) {
            wanted = new ArrayList<>();
            offered.clear();
            isComparing = true;
            ranges.begin(chunk.digests());
            compare(ranges);
        } else {
            put(chunk);
        }
        return true;
    }

    private void begin(CopyChunk chunk) {
        copyId = chunk.copyId();
        nextIndex = 0;
        answeredIndex = 0;
        isDone = false;
        isComparing = false;
        wanted = List.of();
        offered.clear();
        data.beginCopy(chunk.diff());
        comparer = chunk.diff() ? new RangeComparer(new MergedScan(context, data), this) : null;
    }

    private void put(CopyChunk chunk) {
        for (Long fingerprint : RangeDigests.unpack(chunk.stale())) {
            Bytes key = offered.get(fingerprint);
            if (key != null) {
                data.dropCopied(key);
            }
        }
        for (int i = 0; i < chunk.records().size(); i++) {
            data.addCopied(chunk.records().get(i));
        }
        wanted = List.of();
        nextIndex++;
        if (chunk.last()) {
            data.endCopy(chunk.epoch(), chunk.lastSeq(), chunk.state());
            context.effects.storeSoon(data.partition);
            isDone = true;
            comparer = null;
            offered.clear();
        }
    }

    // --- comparing

    private void compare(RangeComparer ranges) {
        if (ranges.advance()) {
            isComparing = false;
            nextIndex++;
        } else if (!ranges.scan().isWaiting() && !context.memory.isFull()) {
            ranges.scan().request(context.settings.sendBytes());
        }
    }

    @Override
    public void onPart(int range, List<LogEntry> here) {
        here.forEach(record -> data.dropCopied(record.key())); // too many to tell: all that there should be will come
    }

    @Override
    public void onDiffers(int range, List<LogEntry> here, boolean hadParts) {
        List<Long> fingerprints = new ArrayList<>();
        if (hadParts) {
            onPart(range, here);
        } else {
            for (LogEntry record : here) {
                long fingerprint = RangeDigests.fingerprint(record);
                fingerprints.add(fingerprint);
                offered.put(fingerprint, record.key());
            }
        }
        wanted.add(new RangeWanted(range, RangeDigests.pack(fingerprints)));
    }

    /** True if the page was asked for here. */
    boolean onScanned(long id, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        RangeComparer ranges = comparer;
        if (ranges == null || !ranges.scan().isMine(id)) {
            return false;
        }
        ranges.scan().onPage(records, damaged, last);
        compare(ranges);
        return true;
    }

    /** The store can't be read at all: the primary is asked for everything. True if the page was asked for here. */
    boolean onScanFailed(long id) {
        RangeComparer ranges = comparer;
        if (ranges == null || !ranges.scan().isMine(id)) {
            return false;
        }
        data.giveUpRecords();
        copyId = 0;
        nextIndex = 0;
        isComparing = false;
        wanted = List.of();
        comparer = null;
        owesAnswer = true;
        return true;
    }

    // --- answers

    /** The log or the store has more, or memory may have room again; true if there is something to answer. */
    boolean onProgress() {
        RangeComparer ranges = comparer;
        if (isComparing && ranges != null) {
            compare(ranges);
        }
        if (isDone && data.isEnding()) {
            context.effects.storeSoon(data.partition);
        }
        owesAnswer |= copyId != 0 && answeredIndex < answerableIndex();
        return owesAnswer;
    }

    private int answerableIndex() {
        if (!data.isCutLogged() || context.memory.isFull()) {
            return answeredIndex;
        }
        return isDone && data.isEnding() ? nextIndex - 1 : nextIndex;
    }

    boolean owesAnswer() {
        return owesAnswer;
    }

    /** What the primary is to be told now. */
    CopyReceived takeAnswer(long epoch, long tableVersion) {
        owesAnswer = false;
        answeredIndex = copyId == 0 ? 0 : Math.max(answeredIndex, answerableIndex());
        return new CopyReceived(
                data.partition,
                epoch,
                tableVersion,
                copyId,
                answeredIndex,
                context.incarnation,
                answeredIndex == nextIndex ? List.copyOf(wanted) : List.of(),
                data.hasRecords());
    }
}
