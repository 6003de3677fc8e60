package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import io.kumo.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replica, on server 1, whose world does what a test says. */
final class FakeWorld implements Replica.Effects, Clock {
    static final ServerId ME = new ServerId(1);
    static final ServerId TWO = new ServerId(2);
    static final ServerId THREE = new ServerId(3);
    static final int COPY_PLACES = 4;
    static final long SEC = 1_000_000_000L;

    /** What was sent. */
    record Sent(ServerId to, Message message) {}

    /** The answer of an operation, once there is one. */
    static final class Result<R> implements Answer<R> {
        @Nullable
        R ok;

        @Nullable
        ErrorCode failed;

        @Override
        public void ok(R result) {
            ok = result;
        }

        @Override
        public void fail(ErrorCode code) {
            failed = code;
        }

        boolean isOpen() {
            return ok == null && failed == null;
        }
    }

    /** A read of the store that was asked for. */
    record Load(long id, Bytes key) {}

    final ReplicaContext context;
    final Replica replica;
    final List<Sent> sent = new ArrayList<>();
    final List<LogEntry> log = new ArrayList<>();
    final List<Load> loads = new ArrayList<>();
    final List<ReplicaEvent> events = new ArrayList<>();
    final List<Long> syncs = new ArrayList<>();
    /** What a read of the log finds; if nothing, the log is gone. */
    final List<LogEntry> readable = new ArrayList<>();

    boolean canScan = true;
    int storesWanted;
    int reports;
    int logReads;
    long nowNs;
    long nowMs = 1_700_000_000_000L;
    long version;
    long counter;

    FakeWorld(ReplicaSettings settings, MemoryBudget memory, Recovery stored) {
        this(settings, memory, stored, List.of(), 100 * SEC);
    }

    /** Restarted, with these entries in the log and nothing in the store. */
    FakeWorld(List<LogEntry> logged) {
        this(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), Recovery.NONE, logged, 100 * SEC);
    }

    /** Whose clock says that. */
    FakeWorld(long nowNs) {
        this(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), Recovery.NONE, List.of(), nowNs);
    }

    private FakeWorld(
            ReplicaSettings settings, MemoryBudget memory, Recovery stored, List<LogEntry> logged, long nowNs) {
        this.nowNs = nowNs;
        context = new ReplicaContext(ME, 11, this, settings, memory, new CopyThrottle(COPY_PLACES, 0), this);
        replica = new Replica(0, context, stored);
        logged.forEach(replica::restore);
        replica.restored();
    }

    FakeWorld() {
        this(ReplicaSettings.defaults(), new MemoryBudget(1 << 20, 2 << 20), Recovery.NONE);
    }

    static ServerInfo info(ServerId id) {
        return new ServerInfo(id, HostPort.parse("h:1", 1), id.value() * 11, "", ServerState.ATTACHED, true);
    }

    void table(long epoch, List<ServerId> inSync, List<ServerId> joining) {
        Partition row = new Partition(0, epoch, inSync, joining, inSync);
        version = Math.max(2, version + 1);
        ClusterTable table = new ClusterTable(
                "c",
                version,
                3,
                false,
                0,
                List.of(),
                List.of(info(ME), info(TWO), info(THREE)),
                List.of(row),
                Orders.NONE);
        replica.onTable(table);
        replica.flush();
    }

    /** Serves: alone, or with those copies, which have all that it has. */
    FakeWorld serving(ServerId... copies) {
        List<ServerId> inSync = new ArrayList<>(List.of(ME));
        inSync.addAll(List.of(copies));
        table(1, inSync, List.of());
        nowNs += 2 * SEC;
        grantLeases(copies);
        replica.onTick();
        for (ServerId copy : copies) {
            acknowledge(copy, replica.data().lastSeq());
        }
        replica.onTick();
        return this;
    }

    void grantLeases(ServerId... copies) {
        for (ServerId copy : copies) {
            context.leases().onGrant(copy, new LeaseGrant(11, nowNs, version));
        }
    }

    void acknowledge(ServerId copy, long seq) {
        replica.onMessage(copy, new Replicated(0, replica.view().epoch(), version, seq, copy.value() * 11, seq + 1));
    }

    /** The log has all; the turn ends. */
    void logged() {
        replica.onLogged(log.size());
        replica.flush();
    }

    Write write(WriteKind kind, String key, String value) {
        return write(kind, key, value, 0);
    }

    Write write(WriteKind kind, String key, String value, long exptime) {
        counter++;
        return new Write(
                0,
                version,
                5,
                counter,
                1,
                kind,
                false,
                Bytes.utf8(key),
                0,
                exptime,
                0,
                1,
                Bytes.utf8(value),
                WriteOptions.NONE);
    }

    Result<WriteResult> submit(Write write) {
        Result<WriteResult> result = new Result<>();
        replica.onWrite(write, result);
        return result;
    }

    Result<WriteResult> submit(WriteKind kind, String key, String value) {
        return submit(write(kind, key, value));
    }

    Result<GetResult> get(String key, boolean stale) {
        Result<GetResult> result = new Result<>();
        replica.onGet(new Get(0, version, stale, Bytes.utf8(key)), result);
        return result;
    }

    Result<GetResult> getVersion(String key, long knownSeq) {
        Result<GetResult> result = new Result<>();
        replica.onGet(new Get(0, version, false, Bytes.utf8(key), Get.VERSION, knownSeq), result);
        return result;
    }

    Result<GetResult> get(String key) {
        return get(key, false);
    }

    <M extends Message> List<M> sent(ServerId to, Class<M> type) {
        return sent.stream()
                .filter(each -> each.to().equals(to) && type.isInstance(each.message()))
                .map(each -> type.cast(each.message()))
                .toList();
    }

    @Override
    public long append(int partition, LogEntry entry) {
        log.add(entry);
        return log.size();
    }

    @Override
    public void send(ServerId to, Call<Done> message) {
        sent.add(new Sent(to, message));
    }

    @Override
    public void load(int partition, long loadId, Bytes key) {
        loads.add(new Load(loadId, key));
    }

    @Override
    public void readLog(int partition, long readId, long fromSeq, int maxBytes) {
        logReads++;
        if (readable.isEmpty()) {
            replica.onLogGone(readId);
        } else {
            replica.onLogRead(
                    readId,
                    readable.stream().filter(entry -> entry.seq() >= fromSeq).toList());
        }
    }

    @Override
    public void scan(int partition, long scanId, Bytes after, int maxBytes) {
        if (canScan) {
            replica.onScanned(scanId, List.of(), List.of(), true);
        } else {
            replica.onScanFailed(scanId);
        }
    }

    @Override
    public void sync(int partition, long syncId) {
        syncs.add(syncId);
    }

    @Override
    public void storeSoon(int partition) {
        storesWanted++;
    }

    @Override
    public void newerTable(ServerId at, long newer) {}

    @Override
    public void reportChanged(Replica changed) {
        reports++;
    }

    @Override
    public void wantsFlush(Replica wanting) {}

    @Override
    public void event(ReplicaEvent event) {
        events.add(event);
    }

    @Override
    public long monotonicNs() {
        return nowNs;
    }

    @Override
    public long wallMs() {
        return nowMs;
    }

    /** What a write was answered; null before that, or after a failure. */
    static @Nullable WriteStatus status(Result<WriteResult> result) {
        return result.ok == null ? null : result.ok.status();
    }

    /** What a get found, miss, or why it failed. */
    static String value(Result<GetResult> result) {
        return result.ok == null
                ? String.valueOf(result.failed)
                : result.ok.found() ? result.ok.value().toUtf8() : "miss";
    }
}
