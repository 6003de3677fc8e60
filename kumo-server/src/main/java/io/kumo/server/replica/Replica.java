package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One partition on one server. Everything goes in through an {@code on...} method and comes out through
 * {@link Effects}, on the thread of the partition's shard; see DESIGN.md beside this file.
 *
 * <p>Life: construct with what the store's last checkpoint says, {@link #restore} the log's entries after it,
 * {@link #restored}, then {@link #onTable} and all the rest.
 */
public final class Replica {
    /**
     * What a replica asks of the world. One for all replicas of a shard. No call may come back into a replica before
     * the input that led to it has returned.
     */
    public interface Effects {
        /**
         * Appends to the server's log, in the order of the calls; {@link Replica#onLogged} follows. Returns the ticket:
         * a number that grows with each append of the shard.
         */
        long append(int partition, LogEntry entry);

        /** Sends one-way; may be lost. A message to a server that is not connected is dropped. */
        void send(ServerId to, Call<Done> message);

        /** Reads a record from the store; {@link Replica#onLoaded} follows with the same {@code loadId}. */
        void load(int partition, long loadId, Bytes key);

        /**
         * Reads entries of the partition from the log, in the order in which they were appended, from a seq on;
         * {@link Replica#onLogRead} or {@link Replica#onLogGone} follows with the same {@code readId}. Entries that
         * were undone later, older ones and log-only ones may be among them: the replica leaves them out.
         *
         * @param fromSeq the first entry wanted; all with this seq that the log holds must be at or after the start
         * @param cursor 0 to look for the place, else where the last read said to go on
         * @param maxBytes about how much to return; at least one entry if there is one
         */
        void readLog(int partition, long readId, long fromSeq, long cursor, int maxBytes);

        /**
         * Reads records of the partition from the store in key order; {@link Replica#onScanned} follows with the same
         * {@code scanId}.
         *
         * @param after keys greater than this; empty for the first
         */
        void scan(int partition, long scanId, Bytes after, int maxBytes);

        /** {@code at} knows a newer table: get it from there. */
        void newerTable(ServerId at, long version);

        /** {@link Replica#joined} or {@link Replica#unresponsive} changed: report to the managers now. */
        void reportChanged(Replica replica);

        /** {@link Replica#flush} is to be called at the end of this turn of the loop; asked once per turn. */
        void wantsFlush(Replica replica);

        /** State changes for the log and the metrics. */
        void event(ReplicaEvent event);
    }

    private final int partition;
    private final ReplicaContext context;

    public Replica(int partition, ReplicaContext context, Recovery stored) {
        this.partition = partition;
        this.context = context;
    }

    /**
     * At start: the next entry of the partition in the log; all that the log holds after the last checkpoint, in order.
     */
    public void restore(LogEntry entry) {
        throw new UnsupportedOperationException();
    }

    /** At start: there are no more entries. */
    public void restored() {
        throw new UnsupportedOperationException();
    }

    /** The newest table; ignored if older than the one known. */
    public void onTable(ClusterTable table) {
        throw new UnsupportedOperationException();
    }

    public void onGet(Get get, Answer<GetResult> answer) {
        throw new UnsupportedOperationException();
    }

    public void onWrite(Write write, Answer<WriteResult> answer) {
        throw new UnsupportedOperationException();
    }

    /**
     * Replicate, Replicated, Behind, Release, CopyChunk or CopyReceived of this partition. (LeaseRequest and LeaseGrant
     * go to {@link LeaseBook}.)
     */
    public void onMessage(ServerId from, Message message) {
        throw new UnsupportedOperationException();
    }

    /**
     * The log has everything that this shard appended up to that ticket. Harmless for a replica that appended nothing.
     */
    public void onLogged(long ticket) {
        throw new UnsupportedOperationException();
    }

    /** The store's record of a key, null if there is none. */
    public void onLoaded(long loadId, @Nullable LogEntry record) {
        throw new UnsupportedOperationException();
    }

    /** Entries of the log; none and the same cursor at its end. */
    public void onLogRead(long readId, List<LogEntry> entries, long nextCursor) {
        throw new UnsupportedOperationException();
    }

    /** The log does not reach back that far, or can't be read. */
    public void onLogGone(long readId) {
        throw new UnsupportedOperationException();
    }

    /** Records of the store; {@code last} if there are none behind them. */
    public void onScanned(long scanId, List<LogEntry> records, boolean last) {
        throw new UnsupportedOperationException();
    }

    /** Records that a background scan of the store came across: expired ones are deleted, at the primary. */
    public void onSweep(List<LogEntry> records) {
        throw new UnsupportedOperationException();
    }

    /** Takes what is dirty for the store; null if there is nothing, or a checkpoint is under way. */
    public @Nullable Checkpoint beginCheckpoint() {
        throw new UnsupportedOperationException();
    }

    /** The checkpoint that was begun is in the store. */
    public void onCheckpointed(Checkpoint done) {
        throw new UnsupportedOperationException();
    }

    /** The checkpoint that was begun did not get there; it is begun anew later. */
    public void onCheckpointFailed(Checkpoint failed) {
        throw new UnsupportedOperationException();
    }

    /** To be called each 20 to 50 ms. */
    public void onTick() {
        throw new UnsupportedOperationException();
    }

    /** A connection to that server is there: what it has not answered is sent again. */
    public void onPeerConnected(ServerId peer) {
        throw new UnsupportedOperationException();
    }

    public void onPeerLost(ServerId peer) {
        throw new UnsupportedOperationException();
    }

    /** Sends what was proposed and answered in this turn of the loop: one message per copy. */
    public void flush() {
        throw new UnsupportedOperationException();
    }

    public int partition() {
        return partition;
    }

    /** As primary: joiners that have all, and without whom nothing is acknowledged. For ServerReport. */
    public List<ServerId> joined() {
        throw new UnsupportedOperationException();
    }

    /** As primary: copies that don't answer in time. For ServerReport. */
    public List<ServerId> unresponsive() {
        throw new UnsupportedOperationException();
    }

    public ReplicaView view() {
        throw new UnsupportedOperationException();
    }

    /** Whether there is anything that a checkpoint would write. */
    public boolean isDirty() {
        throw new UnsupportedOperationException();
    }

    ReplicaContext context() {
        return context;
    }
}
