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
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.LeaseRequest;
import io.kumo.server.store.ScanPage;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A server: one shard with one partition, a log and a store that survive its process, or most of it. */
final class SimServer implements Replica.Effects, Clock {
    /** What a server tells the leader. */
    record Report(
            ServerId from,
            long incarnation,
            boolean intact,
            long tableVersion,
            long lastEpoch,
            long lastSeq,
            List<ServerId> joined,
            List<ServerId> unresponsive,
            boolean damaged) {}

    final SimWorld world;
    final ServerId id;
    long incarnation;

    // survives the process
    private final SimLog log = new SimLog();
    private final SimStore store = new SimStore();
    private boolean intact = true;
    private final double clockRate;

    // dies with it
    private boolean isUp;
    private @Nullable Replica replica;
    private @Nullable ReplicaContext context;
    private @Nullable ClusterTable table;
    private final List<LogEntry> unwritten = new ArrayList<>();
    private long ticket;
    private long writtenTicket;
    private boolean writing;
    private boolean flushWanted;
    private boolean reportWanted;
    private final List<Runnable> outputs = new ArrayList<>();
    private int clockCallsUntilPause = -1;
    private long pauseNs;
    private long pausedUntilNs;
    private final List<Runnable> whilePaused = new ArrayList<>();

    SimServer(SimWorld world, ServerId id) {
        this.world = world;
        this.id = id;
        this.clockRate = 1 + (world.random.nextDouble() - 0.5) * 0.02;
    }

    boolean isUp() {
        return isUp;
    }

    boolean isIntact() {
        return intact;
    }

    boolean isPaused() {
        return pausedUntilNs > world.nowNs();
    }

    Replica replica() {
        if (replica == null) {
            throw new IllegalStateException();
        }
        return replica;
    }

    // --- process

    void start() {
        incarnation = world.random.nextLong() | 1;
        isUp = true;
        table = null;
        unwritten.clear();
        ticket = 0;
        writtenTicket = 0;
        writing = false;
        flushWanted = false;
        long memory = world.chance(0.3) ? 6000 : 1 << 20;
        ReplicaSettings settings = new ReplicaSettings(
                1,
                1000,
                50,
                20000,
                100,
                600,
                3000,
                200 * SimWorld.MS,
                SimWorld.SEC,
                3 * SimWorld.SEC,
                20 * SimWorld.SEC);
        ReplicaContext fresh = new ReplicaContext(
                id, incarnation, this, settings, new MemoryBudget(memory, memory), new CopyThrottle(1, 100_000), this);
        Replica started = new Replica(0, fresh, store.position());
        for (LogEntry entry : log.replay(store.position())) {
            started.restore(entry);
        }
        started.restored();
        context = fresh;
        replica = started;
        world.trace(id + " starts as " + Long.toHexString(incarnation) + (intact ? "" : " not intact") + " with "
                + started.view().lastEpoch() + "/" + started.view().lastSeq());
        turnAfter(0, this::report);
        every(30 * SimWorld.MS, () -> replica().onTick());
        every(200 * SimWorld.MS, this::report);
        every(LeaseBook.RENEW_NS, this::askLeases);
        every(100 * SimWorld.MS, this::maybeCheckpoint);
    }

    /** kill -9, or with a power cut: what was not fsynced may be gone. */
    void crash(boolean powerCut) {
        world.trace(id + " dies" + (powerCut ? ", power cut" : ""));
        isUp = false;
        replica = null;
        pausedUntilNs = 0;
        whilePaused.clear();
        outputs.clear();
        if (powerCut) {
            intact = false;
            log.cutPower(world.random);
        } else {
            intact = true;
        }
    }

    void pause(long durationNs) {
        world.trace(id + " pauses " + durationNs / SimWorld.MS + " ms");
        pausedUntilNs = Math.max(pausedUntilNs, world.nowNs() + durationNs);
        long was = incarnation;
        world.at(pausedUntilNs, () -> {
            if (was == incarnation && !isPaused()) {
                wake();
            }
        });
    }

    void wake() {
        pausedUntilNs = 0;
        List<Runnable> waiting = new ArrayList<>(whilePaused);
        whilePaused.clear();
        waiting.forEach(Runnable::run);
    }

    private void every(long periodNs, Runnable action) {
        turnAfter(world.between(periodNs / 2, periodNs), () -> {
            action.run();
            every(periodNs, action);
        });
    }

    private void turnAfter(long delayNs, Runnable action) {
        long was = incarnation;
        world.after(delayNs, () -> turn(was, action));
    }

    /** One turn of the loop, unless the process is gone; later if it is paused. */
    private void turn(long ofIncarnation, Runnable action) {
        if (!isUp || ofIncarnation != incarnation) {
            return;
        }
        if (isPaused()) {
            whilePaused.add(() -> turn(ofIncarnation, action));
            return;
        }
        if (!world.isHealed && world.chance(0.0005)) {
            clockCallsUntilPause = world.random.nextInt(6);
            pauseNs = world.between(100 * SimWorld.MS, 3 * SimWorld.SEC);
        }
        action.run();
        if (flushWanted) {
            flushWanted = false;
            replica().flush();
        }
        if (reportWanted) {
            reportWanted = false;
            report();
        }
        if (clockCallsUntilPause < 0 && pauseNs > 0) { // stopped in the middle of this turn
            pause(pauseNs);
            List<Runnable> late = new ArrayList<>(outputs);
            whilePaused.addAll(0, late);
        } else {
            outputs.forEach(Runnable::run);
        }
        clockCallsUntilPause = -1;
        pauseNs = 0;
        outputs.clear();
        world.invariants.check(this);
    }

    // --- clock

    @Override
    public long monotonicNs() {
        long extra = 0;
        if (clockCallsUntilPause >= 0 && pauseNs > 0) {
            clockCallsUntilPause--;
        }
        if (clockCallsUntilPause < 0) {
            extra = pauseNs;
        }
        return (long) ((world.nowNs() + extra) * clockRate);
    }

    @Override
    public long wallMs() {
        return 1_700_000_000_000L + world.nowNs() / SimWorld.MS;
    }

    // --- inputs

    void onTable(ClusterTable newer) {
        turn(incarnation, () -> {
            if (table == null || newer.version() > table.version()) {
                table = newer;
                replica().onTable(newer);
                reportWanted = true;
            }
        });
    }

    void onGet(Get get, Answer<GetResult> answer) {
        turn(incarnation, () -> replica().onGet(get, answer));
    }

    void onWrite(Write write, Answer<WriteResult> answer) {
        turn(incarnation, () -> replica().onWrite(write, answer));
    }

    /** Runs with the outputs of the turn, which may be late. */
    void output(Runnable action) {
        outputs.add(action);
    }

    void onPeerConnected(ServerId peer) {
        turn(incarnation, () -> replica().onPeerConnected(peer));
    }

    private void onMessage(ServerId from, Message message) {
        ReplicaContext shared = context;
        if (shared == null) {
            return;
        }
        long version = table == null ? 0 : table.version();
        if (message instanceof LeaseRequest request) {
            long known = shared.leases().grant(from, monotonicNs(), version);
            send(from, new LeaseGrant(request.incarnation(), request.askedAtNs(), known));
        } else if (message instanceof LeaseGrant grant) {
            shared.leases().onGrant(from, grant);
            if (grant.tableVersion() > version) {
                newerTable(from, grant.tableVersion());
            }
        } else {
            replica().onMessage(from, message);
        }
    }

    private void askLeases() {
        for (SimServer peer : world.servers) {
            if (peer != this && table != null) {
                send(peer.id, new LeaseRequest(incarnation, monotonicNs(), table.version()));
            }
        }
    }

    private void report() {
        ReplicaView view = replica().view();
        Report report = new Report(
                id,
                incarnation,
                intact,
                table == null ? 0 : table.version(),
                view.complete() ? view.lastEpoch() : 0,
                view.complete() ? view.lastSeq() : 0,
                replica().joined(),
                replica().unresponsive(),
                replica().isDamaged());
        outputs.add(() -> world.send(id.value(), 0, () -> world.leader.onReport(report)));
    }

    // --- effects

    @Override
    public long append(int partition, LogEntry entry) {
        unwritten.add(entry);
        ticket++;
        if (!writing) {
            writing = true;
            turnAfter(
                    world.chance(0.02) ? world.between(SimWorld.MS, 80 * SimWorld.MS) : SimWorld.MS / 10,
                    this::written);
        }
        return ticket;
    }

    private void written() {
        writing = false;
        log.write(unwritten);
        unwritten.clear();
        if (world.chance(0.2)) {
            log.sync();
        }
        writtenTicket = ticket;
        replica().onLogged(ticket);
    }

    @Override
    public void send(ServerId to, Call<Done> message) {
        outputs.add(() -> {
            SimServer peer = world.server(to);
            world.traceMessage(() -> id + " -> " + to + " " + message);
            world.send(id.value(), to.value(), () -> peer.turn(peer.incarnation, () -> peer.onMessage(id, message)));
        });
    }

    @Override
    public void load(int partition, long loadId, Bytes key) {
        turnAfter(storeDelay(), () -> {
            LogEntry record = store.records().get(key);
            boolean isDamaged = store.damaged().contains(key);
            turnAfter(storeDelay(), () -> {
                if (isDamaged) {
                    replica().onLoadFailed(loadId, key);
                } else {
                    replica().onLoaded(loadId, key, record);
                }
            });
        });
    }

    private long storeDelay() {
        return world.chance(0.05) ? world.between(0, 100 * SimWorld.MS) : world.between(0, SimWorld.MS);
    }

    @Override
    public void readLog(int partition, long readId, long fromSeq, int maxBytes) {
        turnAfter(storeDelay(), () -> {
            List<LogEntry> entries = log.read(fromSeq, maxBytes);
            if (entries == null || world.chance(world.goneRate)) {
                replica().onLogGone(readId);
            } else {
                replica().onLogRead(readId, entries);
            }
        });
    }

    @Override
    public void scan(int partition, long scanId, Bytes after, int maxBytes) {
        turnAfter(storeDelay(), () -> {
            ScanPage page = store.page(after, maxBytes);
            turnAfter(storeDelay(), () -> replica().onScanned(scanId, page.records(), page.damaged(), page.isLast()));
        });
    }

    @Override
    public void sync(int partition, long syncId) {
        long upTo = ticket;
        turnAfter(world.between(0, 30 * SimWorld.MS), () -> {
            log.sync();
            if (upTo <= writtenTicket) {
                replica().onSynced(syncId);
            } else {
                sync(partition, syncId);
            }
        });
    }

    @Override
    public void storeSoon(int partition) {
        turnAfter(0, this::checkpoint);
    }

    private void maybeCheckpoint() {
        ReplicaContext shared = context;
        if (shared != null && (world.chance(0.2) || shared.memory().isHalfFull())) {
            checkpoint();
        }
    }

    private void checkpoint() {
        Checkpoint begun = replica().beginCheckpoint();
        if (begun == null) {
            return;
        }
        int end = log.end();
        turnAfter(world.between(0, 150 * SimWorld.MS), () -> {
            if (!world.isHealed && world.chance(0.1)) {
                replica().onCheckpointFailed(begun);
                return;
            }
            log.sync(); // records never outlive the entries that they come after
            store.apply(begun);
            if (world.chance(0.5)) {
                log.trim(begun, end);
            }
            turnAfter(world.between(0, 10 * SimWorld.MS), () -> {
                replica().onCheckpointed(begun);
                replica().onStoreCount(store.records().size());
            });
        });
    }

    @Override
    public void newerTable(ServerId at, long version) {
        outputs.add(() -> world.send(id.value(), at.value(), () -> {
            SimServer peer = world.server(at);
            ClusterTable known = peer.table;
            if (peer.isUp && !peer.isPaused() && known != null) {
                world.send(at.value(), id.value(), () -> onTable(known));
            }
        }));
    }

    @Override
    public void reportChanged(Replica changed) {
        reportWanted = true;
    }

    @Override
    public void wantsFlush(Replica wanting) {
        flushWanted = true;
    }

    @Override
    public void event(ReplicaEvent event) {
        world.trace(id + " " + event);
        world.invariants.onEvent(this, event);
    }

    /** Its disk. */
    SimStore store() {
        return store;
    }

    /** Somebody reads everything. */
    void scrub() {
        turn(incarnation, () -> {
            for (Bytes key : List.copyOf(store.damaged())) {
                if (replica().data().memtable.find(key) == null) {
                    replica().onDamaged(key);
                } else {
                    store.undoDamage(key); // nobody would read it for a while
                }
            }
        });
    }

    /** What a reader would see of the partition here. */
    Map<Bytes, LogEntry> content() {
        TreeMap<Bytes, LogEntry> content = new TreeMap<>();
        PartitionData data = replica().data();
        if (!data.storeIsHidden()) {
            content.putAll(store.records());
        }
        for (LogEntry entry : data.memtable.dirty()) {
            if (entry.isRecord()) {
                content.put(entry.key(), entry);
            } else {
                content.remove(entry.key());
            }
        }
        return content;
    }
}
