package io.kumo.server.runtime;

import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Replica;
import io.kumo.server.store.runtime.CommitLog;
import io.kumo.server.store.runtime.LogBatch;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Gathers what the replicas of an event loop append in one turn into one batch for the log, and tells each of them once
 * when the log has it. Used on its event loop only.
 */
final class TurnLog {
    private final CommitLog log;
    private final Context context;
    private final Runnable whenRoom;
    private final Deque<Turn> idle = new ArrayDeque<>();
    private Turn current;
    private long ticket;
    private long appendedBytes;

    /** @param whenRoom called after each batch that was written */
    TurnLog(CommitLog log, Context context, Runnable whenRoom) {
        this.log = log;
        this.context = context;
        this.whenRoom = whenRoom;
        this.current = new Turn();
    }

    /** Adds an entry to this turn's batch and returns its ticket. */
    long append(Replica replica, LogEntry entry) {
        current.add(replica, entry);
        appendedBytes += entry.footprintBytes();
        return ++ticket;
    }

    /** Of all entries, as they are in memory. */
    long appendedBytes() {
        return appendedBytes;
    }

    boolean isWritable() {
        return log.isWritable();
    }

    /** Whether this turn's batch has anything. */
    boolean isOpen() {
        return !current.batch.isEmpty();
    }

    /** Ends the turn: hands its batch over, if there is one. */
    void endTurn() {
        if (!current.batch.isEmpty()) {
            Turn full = current;
            full.lastTicket = ticket;
            Turn next = idle.poll();
            current = next == null ? new Turn() : next;
            log.append(full.batch);
        }
    }

    /** One batch and who waits for it. */
    private final class Turn {
        private final LogBatch batch = log.newBatch(context, written -> onWritten());
        private final List<Replica> replicas = new ArrayList<>();
        private long lastTicket;

        void add(Replica replica, LogEntry entry) {
            batch.add(replica.partition(), entry);
            int count = replicas.size();
            // The same replica often appends several times in a row; being told twice is harmless.
            if (count == 0 || replicas.get(count - 1) != replica) {
                replicas.add(replica);
            }
        }

        private void onWritten() {
            for (int i = 0; i < replicas.size(); i++) {
                replicas.get(i).onLogged(lastTicket);
            }
            replicas.clear();
            idle.add(this);
            whenRoom.run();
        }
    }
}
