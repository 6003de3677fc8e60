package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.Release;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
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
        /** Appends to the server's log, in order, under a growing ticket; {@link Replica#onLogged} follows. */
        long append(int partition, LogEntry entry);

        /** Sends one-way; may be lost. A message to a server that is not connected is dropped. */
        void send(ServerId to, Call<Done> message);

        /** Reads a record from the store; {@link Replica#onLoaded} follows with the same {@code loadId}. */
        void load(int partition, long loadId, Bytes key);

        /**
         * Reads entries of the partition (PUT, DELETE, FLUSH, none that was undone) from the log, dense from a seq on;
         * {@link Replica#onLogRead} or {@link Replica#onLogGone} follows with the same {@code readId}.
         *
         * @param maxBytes about how much to return; at least one entry
         */
        void readLog(int partition, long readId, long fromSeq, int maxBytes);

        /**
         * Reads records of the partition from the store in key order; {@link Replica#onScanned} or
         * {@link Replica#onScanFailed} follows with the same {@code scanId}.
         *
         * @param after keys greater than this; empty for the first
         */
        void scan(int partition, long scanId, Bytes after, int maxBytes);

        /**
         * Makes all that the log has of this shard survive a power cut, as far as that is asked for at all;
         * {@link Replica#onSynced} follows with the same {@code syncId}.
         */
        void sync(int partition, long syncId);

        /** A checkpoint of that partition is waited for; may be asked for again and again. */
        void storeSoon(int partition);

        /** {@code at} knows a newer table: get it from there. */
        void newerTable(ServerId at, long version);

        /** {@link Replica#joined}, {@link Replica#unresponsive} or {@link Replica#isDamaged} changed: report it now. */
        void reportChanged(Replica replica);

        /** {@link Replica#flush} is to be called at the end of this turn of the loop; asked once per turn. */
        void wantsFlush(Replica replica);

        /** State changes for the log and the metrics. */
        void event(ReplicaEvent event);
    }

    private final int partition;
    private final ReplicaContext context;
    private final PartitionData data;
    private final StaleReads staleReads;
    private final Fence fence;
    private final Leftovers leftovers;
    private final Verifier verifier;
    private @Nullable ClusterTable table;
    private @Nullable Partition row;
    private @Nullable PrimaryRole primary;
    private @Nullable FollowerRole follower;
    private ReplicaRole role = ReplicaRole.NONE;
    private final EarlyProbe early = new EarlyProbe();
    private boolean flushWanted;

    /** {@code stored}: {@link Recovery#NONE} for a partition that the store does not have. */
    public Replica(int partition, ReplicaContext context, Recovery stored) {
        this.partition = partition;
        this.context = context;
        this.data = new PartitionData(partition, context, stored);
        this.staleReads = new StaleReads(context, data);
        this.fence = new Fence(context.startedNs + LeaseBook.GRANT_NS);
        this.leftovers = new Leftovers(context, data);
        this.verifier = new Verifier(this, context);
    }

    /** At start: the next entry of the partition that the log holds after the last checkpoint. */
    public void restore(LogEntry entry) {
        data.restore(entry);
    }

    /** At start: nothing of that counts, as some of it is damaged; it only serves to be compared with. */
    public void distrust() {
        data.beginCopy(true);
    }

    /** At start: there are no more entries. */
    public void restored() {
        data.restored();
    }

    // --- the table
    /** The newest table; ignored if older than the one known. */
    public void onTable(ClusterTable newer) {
        if (table != null && newer.version() <= table.version()) {
            return;
        }
        Partition before = row;
        Partition now = newer.partition(partition);
        table = newer;
        row = now;
        if (before != null && before.epoch() != now.epoch()) {
            onEpochEnded(before, now, newer.version());
        }
        takeRole(newer, now);
        if (primary != null) {
            primary.onTable(newer, now);
        }
        updateRole();
        early.answer(this::onReplicate);
    }

    private void onEpochEnded(Partition before, Partition now, long version) {
        PrimaryRole deposed = primary;
        ServerId oldPrimary = before.primary().orElse(context.self);
        if (!oldPrimary.equals(context.self)) {
            fence.onDeposed(before.epoch(), context.leases.grantedUntil(oldPrimary));
        }
        if (deposed != null) {
            primary = null;
            deposed.stepDown();
            ServerId successor = now.primary().orElse(context.self);
            if (!successor.equals(context.self)) {
                context.effects.send(successor, new Release(partition, deposed.epoch(), version));
            }
        }
        follower = null;
    }

    private void takeRole(ClusterTable newer, Partition now) {
        boolean named = now.names(context.self) && context.isNamedIn(newer);
        PrimaryRole leading = primary;
        if (leading != null && !(named && now.isPrimary(context.self))) {
            primary = null;
            leading.stepDown();
        }
        if (!now.names(context.self) && role != ReplicaRole.NONE) {
            leftovers.onUnnamed();
        }
        if (!named) {
            follower = null;
        } else if (now.isPrimary(context.self)) {
            follower = null;
            if (primary == null) {
                data.trust();
                primary = new PrimaryRole(this, context, data, fence, now.epoch());
            }
        } else if (follower == null) {
            ServerId leader = now.primary().orElse(context.self);
            follower = new FollowerRole(this, context, data, leader, now.epoch());
        }
        if (follower != null && role != ReplicaRole.JOINING && now.joining().contains(context.self)) {
            follower.onJoining();
        }
    }

    private void updateRole() {
        ReplicaRole now = ReplicaRole.NONE;
        if (primary != null) {
            now = primary.isActive() ? ReplicaRole.PRIMARY : ReplicaRole.PROMOTING;
        } else if (follower != null && row != null) {
            now = row.inSync().contains(context.self) ? ReplicaRole.FOLLOWER : ReplicaRole.JOINING;
        }
        if (now != role) {
            role = now;
            context.effects.event(new ReplicaEvent.RoleChanged(partition, row == null ? 0 : row.epoch(), now));
        }
    }

    // --- clients
    public void onGet(Get get, Answer<GetResult> answer) {
        if (primary != null && primary.isActive()) {
            primary.operations().get(get, answer);
        } else if (get.stale() && role == ReplicaRole.FOLLOWER && data.isComplete()) {
            staleReads.get(get, answer);
        } else if (primary == null || !primary.parking().park(get, answer)) {
            answer.fail(ErrorCode.NOT_PRIMARY);
        }
    }

    public void onWrite(Write write, Answer<WriteResult> answer) {
        if (primary != null && primary.isActive()) {
            primary.operations().write(write, answer);
        } else if (primary == null || !primary.parking().park(write, answer)) {
            answer.fail(ErrorCode.NOT_PRIMARY);
        }
    }

    /** Verify, Mend or ReadRecords; the answer is its result. */
    public void onOperator(Message call, Answer<Message> answer) {
        verifier.onOperator(primary, call, answer);
    }

    // --- other servers

    /**
     * Replicate, Replicated, Behind, Release, CopyChunk or CopyReceived of this partition. (LeaseRequest and LeaseGrant
     * go to {@link LeaseBook}.)
     */
    public void onMessage(ServerId from, Message message) {
        if (message instanceof Replicate replicate) {
            onReplicate(from, replicate);
        } else if (message instanceof Replicated replicated) {
            noteTable(from, replicated.tableVersion());
            if (primary != null) {
                primary.onReplicated(from, replicated);
                updateRole();
            }
        } else if (message instanceof Behind behind) {
            noteTable(from, behind.tableVersion());
            if (primary != null) {
                primary.onBehind(from, behind);
            }
        } else if (message instanceof CopyChunk chunk) {
            onCopyChunk(from, chunk);
        } else if (message instanceof CopyReceived received) {
            noteTable(from, received.tableVersion());
            if (primary != null) {
                primary.onCopyReceived(from, received);
            }
        } else if (message instanceof Release release) {
            noteTable(from, release.tableVersion());
            fence.onRelease(release.epoch());
            if (primary != null) {
                primary.considerServing();
                updateRole();
            }
        } else {
            verifier.onMessage(primary, from, message);
        }
    }

    /** A copy in sync of that primary in that epoch. */
    boolean isCopyOf(ServerId from, long epoch) {
        return role == ReplicaRole.FOLLOWER && takerOf(from, epoch) != null;
    }

    private void onReplicate(ServerId from, Replicate message) {
        early.keep(from, message, table);
        FollowerRole taker = takerOrRefusal(from, message.epoch(), message.tableVersion());
        if (taker != null) {
            taker.onReplicate(message);
        }
    }

    private void onCopyChunk(ServerId from, CopyChunk chunk) {
        FollowerRole taker = takerOrRefusal(from, chunk.epoch(), chunk.tableVersion());
        if (taker != null && role == ReplicaRole.JOINING) {
            taker.onCopyChunk(chunk);
        }
    }

    /** The role that takes what that server sends as the primary of that epoch; null if the table says otherwise. */
    private @Nullable FollowerRole takerOf(ServerId from, long epoch) {
        return follower != null
                        && row != null
                        && row.epoch() == epoch
                        && follower.primary().equals(from)
                ? follower
                : null;
    }

    /** The same; a sender that knows less is told that there is a newer table. */
    private @Nullable FollowerRole takerOrRefusal(ServerId from, long epoch, long tableVersion) {
        noteTable(from, tableVersion);
        FollowerRole taker = takerOf(from, epoch);
        if (taker == null && table != null && table.version() > tableVersion) {
            context.effects.send(from, Behind.refusal(partition, epoch, table.version(), context.incarnation));
        }
        return taker;
    }

    private void noteTable(ServerId from, long version) {
        if (table == null || version > table.version()) {
            context.effects.newerTable(from, version);
        }
    }

    // --- the log and the store

    /** The log has all that this shard appended up to that ticket. Harmless for a replica that appended nothing. */
    public void onLogged(long ticket) {
        long fromSeq = data.loggedSeq() + 1;
        data.onLogged(ticket);
        if (primary != null) {
            primary.onLogged(fromSeq);
            updateRole();
        } else if (follower != null) {
            follower.onLogged();
        }
    }

    /** The store's record of a key, null if there is none. */
    public void onLoaded(long loadId, Bytes key, @Nullable LogEntry record) {
        if (!staleReads.onLoaded(loadId, key, record) && primary != null) {
            primary.operations().onLoaded(loadId, key, record);
        }
    }

    /** The store could not read the record: it is damaged. */
    public void onLoadFailed(long loadId, Bytes key) {
        onDamaged(key);
        if (!staleReads.onLoadFailed(loadId) && primary != null) {
            primary.operations().onLoadFailed(loadId, key);
        }
    }

    /** Entries of the log, dense from the seq asked for; none at its end. */
    public void onLogRead(long readId, List<LogEntry> entries) {
        if (primary != null) {
            primary.onLogRead(readId, entries);
        }
    }

    /** The log does not reach back that far, or can't be read. */
    public void onLogGone(long readId) {
        if (primary != null) {
            primary.onLogGone(readId);
        }
    }

    /** Records of the store after the key asked for, keys of damaged ones; {@code last} if none is behind them. */
    public void onScanned(long scanId, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        if (primary != null) {
            primary.onScanned(scanId, records, damaged, last);
        } else if (follower != null) {
            follower.onScanned(scanId, records, damaged, last);
        }
        verifier.onScanned(primary, scanId, records, damaged, last);
    }

    /** The store could not be read. */
    public void onScanFailed(long scanId) {
        if (primary != null) {
            primary.onScanFailed(scanId);
        } else if (follower != null) {
            follower.onScanFailed(scanId);
        }
    }

    /** {@link Effects#sync} is done. */
    public void onSynced(long syncId) {
        if (follower != null) {
            follower.onSynced(syncId);
        }
    }

    /** That record does not fit its checksum: the managers are told, so that others take over. */
    public void onDamaged(Bytes key) {
        if (data.memtable.find(key) == null && data.damage().add(key)) {
            context.effects.event(new ReplicaEvent.Damaged(partition, key));
            context.effects.reportChanged(this);
        }
    }

    /** Records that a background scan of the store came across: expired ones are deleted, at the primary. */
    public void onSweep(List<LogEntry> records) {
        if (primary != null) {
            primary.onSweep(records);
        }
    }

    /** Takes what is dirty for the store; null if there is nothing, or a checkpoint is under way. */
    public @Nullable Checkpoint beginCheckpoint() {
        return data.beginCheckpoint();
    }

    /** The checkpoint that was begun is in the store. */
    public void onCheckpointed(Checkpoint done) {
        data.onCheckpointed(done);
        if (follower != null) {
            follower.onProgress();
        }
    }

    /** How many records the store has of this partition, or had a moment ago. */
    public void onStoreCount(long count) {
        data.onStoreCount(count);
    }

    /** The checkpoint that was begun did not get there; it is begun anew later. */
    public void onCheckpointFailed(Checkpoint failed) {
        data.onCheckpointFailed(failed);
    }

    /** To be called each 20 to 50 ms. */
    public void onTick() {
        long nowNs = context.clock.monotonicNs();
        if (primary != null) {
            primary.onTick(nowNs);
            updateRole();
        } else if (follower != null) {
            if (role == ReplicaRole.JOINING) {
                follower.makeRoom();
            }
            follower.onProgress();
        } else {
            leftovers.onTick(row, nowNs);
        }
        verifier.onProgress(primary);
        data.dedup.sweep(nowNs);
    }

    /** A connection to that server is there: what it has not answered is sent again. */
    public void onPeerConnected(ServerId peer) {
        if (primary != null) {
            primary.onPeerConnected(peer);
        }
    }

    /** Sends what was proposed and answered in this turn of the loop: one message per copy. */
    public void flush() {
        flushWanted = false;
        if (primary != null) {
            primary.flush();
        } else if (follower != null && table != null) {
            follower.flush(table.version());
        }
    }

    void wantFlush() {
        if (!flushWanted) {
            flushWanted = true;
            context.effects.wantsFlush(this);
        }
    }

    public int partition() {
        return partition;
    }

    /** As primary: joiners that have all, and without whom nothing is acknowledged. */
    public List<ServerId> joined() {
        return primary == null ? List.of() : primary.joined();
    }

    /** As primary: copies that don't answer in time. */
    public List<ServerId> unresponsive() {
        return primary == null ? List.of() : primary.unresponsive();
    }

    /** As a copy in sync: something here is not as the others have it, or nothing of it counts. */
    public boolean isDamaged() {
        return data.isDamaged() && role != ReplicaRole.NONE && role != ReplicaRole.JOINING;
    }

    public ReplicaView view() {
        return ReplicaView.of(role, row == null ? 0 : row.epoch(), data, primary);
    }

    public ReplicaRole role() {
        return role;
    }

    /** Whether there is anything that a checkpoint would write. */
    public boolean isDirty() {
        return data.isDirty();
    }

    PartitionData data() {
        return data;
    }
}
