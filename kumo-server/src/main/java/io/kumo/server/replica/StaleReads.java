package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.LogEntry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads at a copy in sync, for gateways that asked for values that may be old. They leave nothing in the cache. */
final class StaleReads {
    private final ReplicaContext context;
    private final PartitionData data;
    private final Map<Long, Answer<GetResult>> waiting = new HashMap<>();

    StaleReads(ReplicaContext context, PartitionData data) {
        this.context = context;
        this.data = data;
    }

    void get(Bytes key, Answer<GetResult> answer) {
        LogEntry entry = data.memtable.find(key);
        if (entry != null || data.storeIsHidden()) {
            answer.ok(Operations.resultOf(entry, context.clock.wallMs()));
        } else if (waiting.size() >= context.settings.maxWaiting()) {
            answer.fail(ErrorCode.OVERLOADED);
        } else {
            long loadId = context.nextId();
            waiting.put(loadId, answer);
            context.effects.load(data.partition, loadId, key);
        }
    }

    /** False if the read is not of here. */
    boolean onLoaded(long loadId, Bytes key, @Nullable LogEntry record) {
        Answer<GetResult> answer = waiting.remove(loadId);
        if (answer == null) {
            return false;
        }
        LogEntry newer = data.memtable.find(key);
        boolean none = newer == null && data.storeIsHidden();
        answer.ok(Operations.resultOf(newer != null || none ? newer : record, context.clock.wallMs()));
        return true;
    }

    boolean onLoadFailed(long loadId) {
        Answer<GetResult> answer = waiting.remove(loadId);
        if (answer != null) {
            answer.fail(ErrorCode.CORRUPT);
        }
        return answer != null;
    }
}
