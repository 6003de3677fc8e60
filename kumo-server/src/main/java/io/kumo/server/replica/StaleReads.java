package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.LogEntry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads at a copy in sync, for gateways that asked for values that may be old. They leave nothing in the cache. */
final class StaleReads {
    private final ReplicaContext context;
    private final PartitionData data;
    private final Map<Long, Waiting> waiting = new HashMap<>();

    private record Waiting(Answer<GetResult> answer, int wants) {}

    StaleReads(ReplicaContext context, PartitionData data) {
        this.context = context;
        this.data = data;
    }

    void get(Get get, Answer<GetResult> answer) {
        Bytes key = get.key();
        LogEntry entry = data.memtable.find(key);
        if (entry != null || data.storeIsHidden()) {
            answer(answer, entry, get.wants());
        } else if (waiting.size() >= context.settings.maxWaiting()) {
            answer.fail(ErrorCode.OVERLOADED);
        } else {
            long loadId = context.nextId();
            waiting.put(loadId, new Waiting(answer, get.wants()));
            context.effects.load(data.partition, loadId, key);
        }
    }

    /** False if the read is not of here. */
    boolean onLoaded(long loadId, Bytes key, @Nullable LogEntry record) {
        Waiting read = waiting.remove(loadId);
        if (read == null) {
            return false;
        }
        LogEntry newer = data.memtable.find(key);
        boolean none = newer == null && data.storeIsHidden();
        answer(read.answer(), newer != null || none ? newer : record, read.wants());
        return true;
    }

    private void answer(Answer<GetResult> answer, @Nullable LogEntry entry, int wants) {
        long nowMs = context.clock.wallMs();
        answer.ok(Details.of(Operations.resultOf(data.partition, entry, nowMs), entry, wants, data.memtable, nowMs));
    }

    boolean onLoadFailed(long loadId) {
        Waiting read = waiting.remove(loadId);
        if (read != null) {
            read.answer().fail(ErrorCode.CORRUPT);
        }
        return read != null;
    }
}
