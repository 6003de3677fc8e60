package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.server.replica.Answer;
import io.kumo.server.replica.Recovery;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaContext;
import io.kumo.server.replica.ReplicaEvent;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.ScanPage;
import io.kumo.server.store.runtime.Storage;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of one event loop (partition p lives on loop p modulo their number), and all that they ask of the world.
 * What they append, send and look up in one turn of the loop leaves at its end: one batch for the log, one message per
 * partition and copy, one task for the store. Used on its event loop only; before that by the thread that recovers.
 */
final class ReplicaHost implements Replica.Effects {
    /** Where that leads to what is not of one event loop. */
    interface Outside {
        /** {@code at} knows a newer table. */
        void newerTable(ServerId at, long version);

        /** So much came for joining copies. */
        void copied(long bytes);

        /** There is something new to report to the managers. */
        void reportChanged();

        void event(ReplicaEvent event);

        /** A record of the store can't be read. */
        void damaged(int partition, String why);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaHost.class);
    private static final long READ_RETRY_MS = 20;
    /** Count and hash. */
    private static final int DIGEST_BYTES = 12;
    /** Writes that wait for room in the log's queue. */
    private static final int MAX_DEFERRED = 16_384;

    private final int index;
    private final int hostCount;
    private final Vertx vertx;
    private final Context context;
    private final Storage storage;
    private final Outside outside;
    private final ReplicaContext replicaContext;
    private final TurnLog log;
    private final TurnLookups lookups;
    private final Map<Integer, Replica> recovered = new HashMap<>();
    private final Deque<Deferred> deferred = new ArrayDeque<>();
    private List<Replica> replicas = List.of();
    private List<Replica> flushing = new ArrayList<>();
    private List<Replica> flushNext = new ArrayList<>();
    /** Whether the first table has come: then {@link #replicas} has all partitions of this loop, in order. */
    private boolean isIndexed;

    private boolean isTurnOpen;
    private long tableVersion;
    private @Nullable PeerLinks peers;
    private Consumer<Replica> storing = none -> {};

    /** A write that waits for room in the log's queue. */
    private record Deferred(Write write, Answer<WriteResult> answer) {}

    /**
     * @param index of this event loop
     * @param contextOf makes what the replicas share
     */
    ReplicaHost(
            int index,
            int hostCount,
            Vertx vertx,
            Context context,
            Storage storage,
            Function<Replica.Effects, ReplicaContext> contextOf,
            Outside outside) {
        this.index = index;
        this.hostCount = hostCount;
        this.vertx = vertx;
        this.context = context;
        this.storage = storage;
        this.outside = outside;
        this.replicaContext = contextOf.apply(this);
        this.log = new TurnLog(storage.log(), context, this::retryDeferred);
        this.lookups = new TurnLookups(storage.records(), context, this::onDamage);
    }

    /** Where messages to other servers go, and who takes a replica's records to the store; before the first table. */
    void connect(PeerLinks links, Consumer<Replica> checkpoints) {
        peers = links;
        storing = checkpoints;
    }

    // --- life

    /** At start: a partition that the store has. */
    Replica recover(int partition, Recovery stored) {
        Replica replica = new Replica(partition, replicaContext, stored);
        recovered.put(partition, replica);
        return replica;
    }

    /** At start: the log has no more. */
    void recovered() {
        recovered.values().forEach(Replica::restored);
        replicas = List.copyOf(recovered.values());
    }

    void onTable(ClusterTable table) {
        tableVersion = table.version();
        if (!isIndexed) {
            List<Replica> all = new ArrayList<>();
            for (int partition = index; partition < table.partitionCount(); partition += hostCount) {
                Replica known = recovered.get(partition);
                all.add(known == null ? newReplica(partition) : known);
            }
            replicas = Collections.unmodifiableList(all);
            isIndexed = true;
        }
        for (Replica replica : replicas) {
            replica.onTable(table);
        }
    }

    private Replica newReplica(int partition) {
        Replica replica = new Replica(partition, replicaContext, Recovery.NONE);
        replica.restored();
        return replica;
    }

    /** All replicas; before the first table those that the store has. */
    List<Replica> replicas() {
        return replicas;
    }

    /** Of all entries that were appended to the log, as they are in memory. */
    long appendedBytes() {
        return log.appendedBytes();
    }

    ReplicaContext replicaContext() {
        return replicaContext;
    }

    /** This server. */
    ServerId self() {
        return storage.directory().serverId();
    }

    /** The newest table that the replicas were told of; 0 for none. */
    long tableVersion() {
        return tableVersion;
    }

    /** Reads from the store so far. From any thread. */
    long storeReads() {
        return lookups.count();
    }

    /** The replica of a partition of this loop; null while no table is known, or for a partition that there isn't. */
    private @Nullable Replica replicaOf(int partition) {
        int place = partition / hostCount;
        if (!isIndexed || partition < 0 || place >= replicas.size()) {
            return null;
        }
        return replicas.get(place);
    }

    // --- inputs

    void onGet(Get get, Answer<GetResult> answer) {
        Replica replica = replicaOf(get.partition());
        if (replica == null) {
            answer.fail(ErrorCode.NOT_PRIMARY); // the gateway is to look elsewhere, or to wait
        } else {
            replica.onGet(get, answer);
        }
    }

    void onWrite(Write write, Answer<WriteResult> answer) {
        if (deferred.isEmpty() && log.isWritable()) {
            write(write, answer);
        } else if (deferred.size() < MAX_DEFERRED) {
            deferred.add(new Deferred(write, answer));
        } else {
            answer.fail(ErrorCode.OVERLOADED);
        }
    }

    private void write(Write write, Answer<WriteResult> answer) {
        Replica replica = replicaOf(write.partition());
        if (replica == null) {
            answer.fail(ErrorCode.NOT_PRIMARY); // the gateway is to look elsewhere, or to wait
        } else {
            replica.onWrite(write, answer);
        }
    }

    private void retryDeferred() {
        while (!deferred.isEmpty() && log.isWritable()) {
            Deferred next = deferred.poll();
            write(next.write(), next.answer());
        }
    }

    void onOperator(int partition, Message call, Answer<Message> answer) {
        Replica replica = replicaOf(partition);
        if (replica == null) {
            answer.fail(ErrorCode.NO_TABLE);
        } else {
            replica.onOperator(call, answer);
        }
    }

    void onMessage(int partition, ServerId from, Message message) {
        Replica replica = replicaOf(partition);
        if (replica != null) {
            if (replica.role() == ReplicaRole.JOINING) {
                outside.copied(recordBytes(message));
            }
            replica.onMessage(from, message);
        }
    }

    private static long recordBytes(Message message) {
        List<LogEntry> records = List.of();
        long bytes = 0;
        if (message instanceof CopyChunk chunk) {
            records = chunk.records();
            bytes = chunk.stale().length();
            for (int i = 0; i < chunk.digests().size(); i++) {
                bytes += chunk.digests().get(i).lastKey().length() + DIGEST_BYTES;
            }
        } else if (message instanceof Replicate entries) {
            records = entries.entries();
        }
        for (int i = 0; i < records.size(); i++) {
            bytes += records.get(i).key().length()
                    + (long) records.get(i).value().length();
        }
        return bytes;
    }

    void onTick() {
        retryDeferred();
        for (int i = 0; i < replicas.size(); i++) {
            replicas.get(i).onTick();
        }
    }

    void onPeerConnected(ServerId peer) {
        for (Replica replica : replicas) {
            replica.onPeerConnected(peer);
        }
    }

    // --- effects

    @Override
    public long append(int partition, LogEntry entry) {
        openTurn();
        return log.append(replica(partition), entry);
    }

    @Override
    public void send(ServerId to, Call<Done> message) {
        if (peers != null) {
            peers.send(to, message);
        }
    }

    @Override
    public void load(int partition, long loadId, Bytes key) {
        openTurn();
        lookups.add(replica(partition), loadId, key);
    }

    @Override
    public void wantsFlush(Replica replica) {
        openTurn();
        flushNext.add(replica);
    }

    private void openTurn() {
        if (!isTurnOpen) {
            isTurnOpen = true;
            context.runOnContext(ignored -> endTurn());
        }
    }

    /** The log first: what it has at once is acknowledged in the same turn. */
    private void endTurn() {
        log.endTurn();
        lookups.endTurn();
        List<Replica> flushNow = flushNext;
        flushNext = flushing;
        flushing = flushNow;
        for (int i = 0; i < flushNow.size(); i++) {
            flushNow.get(i).flush();
        }
        flushNow.clear();
        isTurnOpen = false;
        if (!flushNext.isEmpty() || log.isOpen() || lookups.isOpen()) {
            openTurn(); // the end of this turn led to more
        }
    }

    @Override
    public void readLog(int partition, long readId, long fromSeq, int maxBytes) {
        Replica replica = replica(partition);
        later(storage.log().read(context, partition, fromSeq, maxBytes), done -> {
            if (done.succeeded() && done.result() instanceof LogSlice.Entries slice) {
                replica.onLogRead(readId, slice.entries());
            } else if (done.succeeded()) {
                replica.onLogGone(readId);
            } else if (isOverload(done.cause())) {
                vertx.setTimer(READ_RETRY_MS, ignored -> readLog(partition, readId, fromSeq, maxBytes));
            } else {
                LOG.error("log can't be read partition={} seq={} error=\"{}\"", partition, fromSeq, text(done.cause()));
                replica.onLogGone(readId);
            }
        });
    }

    @Override
    public void scan(int partition, long scanId, Bytes after, int maxBytes) {
        Replica replica = replica(partition);
        later(storage.records().scan(context, partition, after, maxBytes), done -> {
            if (done.succeeded()) {
                ScanPage page = done.result();
                replica.onScanned(scanId, page.records(), page.damaged(), page.isLast());
            } else if (isOverload(done.cause())) {
                vertx.setTimer(READ_RETRY_MS, ignored -> scan(partition, scanId, after, maxBytes));
            } else {
                outside.damaged(partition, text(done.cause()));
                replica.onScanFailed(scanId);
            }
        });
    }

    @Override
    public void sync(int partition, long syncId) {
        Replica replica = replica(partition);
        later(storage.log().synced(context), done -> {
            if (done.succeeded()) {
                replica.onSynced(syncId);
            }
        });
    }

    /** What is done before anybody waits for it calls back at once: a replica does not expect that. */
    private <T> void later(Future<T> future, Handler<AsyncResult<T>> action) {
        future.onComplete(done -> context.runOnContext(ignored -> action.handle(done)));
    }

    @Override
    public void storeSoon(int partition) {
        Replica replica = replica(partition);
        context.runOnContext(none -> storing.accept(replica));
    }

    private void onDamage(Replica replica, long loadId, Bytes key, KumoException why) {
        if (isOverload(why)) {
            vertx.setTimer(READ_RETRY_MS, ignored -> load(replica.partition(), loadId, key));
        } else {
            outside.damaged(replica.partition(), text(why));
            replica.onLoadFailed(loadId, key);
        }
    }

    @Override
    public void newerTable(ServerId at, long version) {
        outside.newerTable(at, version);
    }

    @Override
    public void reportChanged(Replica replica) {
        outside.reportChanged();
    }

    @Override
    public void event(ReplicaEvent event) {
        outside.event(event);
    }

    /** The replica of a partition that is known to be here. */
    Replica replica(int partition) {
        Replica replica = isIndexed ? replicas.get(partition / hostCount) : recovered.get(partition);
        if (replica == null) {
            throw new IllegalStateException("partition " + partition + " has no replica here");
        }
        return replica;
    }

    private static boolean isOverload(Throwable failure) {
        return failure instanceof KumoException known && known.code() == ErrorCode.OVERLOADED;
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
