package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.register.AcceptorState;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.store.SyncMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/**
 * The disk of one server: log, records, votes. A process that dies leaves what was written; a power cut also takes what
 * was not synced, from some point on.
 */
final class SimDisk {
    private static final int SEGMENT_ENTRIES = 16;

    /** Entries appended in one turn. */
    record Batch(List<Logged> entries, Runnable written) {}

    /** An entry of the log. */
    record Logged(int partition, LogEntry entry) {}

    /** The records of one partition. */
    static final class Records {
        final TreeMap<Bytes, LogEntry> byKey = new TreeMap<>();
        final Map<Bytes, LogEntry> lost = new HashMap<>();
        long epoch;
        long seq;
        boolean complete = true;
        boolean isDamaged;
        Bytes state = Bytes.EMPTY;

        Records copy() {
            Records copy = new Records();
            copy.byKey.putAll(byKey);
            copy.epoch = epoch;
            copy.seq = seq;
            copy.complete = complete;
            copy.isDamaged = isDamaged;
            copy.state = state;
            return copy;
        }

        void apply(Checkpoint change) {
            if (change.wipe()) {
                byKey.clear();
                lost.clear();
            }
            isDamaged = false; // whether they count is part of the state now
            for (LogEntry entry : change.records()) {
                lost.remove(entry.key());
                if (entry.isRecord()) {
                    byKey.put(entry.key(), entry);
                } else {
                    byKey.remove(entry.key());
                }
            }
            epoch = change.epoch();
            seq = change.seq();
            complete = change.complete();
            state = change.state();
        }
    }

    /** So long one thing takes at most on a slow disk: runs wait for what was begun before faults ended. */
    private static final long SLOWEST = 3 * SimTime.SECOND;

    private final SimTime time;
    private final SyncMode sync;
    private final int retention;
    private final Deque<Batch> handedOver = new ArrayDeque<>();
    private final List<Logged> log = new ArrayList<>();
    private final Map<Integer, LoggedPartition> partitions = new TreeMap<>();
    private final Map<Integer, Records> records = new TreeMap<>();
    private final Map<Integer, Records> durable = new TreeMap<>();
    private final List<List<Checkpoint>> unsynced = new ArrayList<>();
    /** Places in the log of what can't be read. */
    private final Set<Long> damaged = new HashSet<>();

    private final Map<Integer, Long> boundary = new HashMap<>();
    private long firstIndex;
    private long syncedEnd;
    private int slowness = 1;
    private boolean isWriting;
    private long life;

    private boolean isIntact = true;
    private String clusterId = "";
    private AcceptorState votes = AcceptorState.BLANK;

    SimDisk(SimTime time, SyncMode sync, int retention) {
        this.time = time;
        this.sync = sync;
        this.retention = retention;
    }

    // --- small files: synced at once

    AcceptorState votes() {
        return votes;
    }

    void writeVotes(AcceptorState state) {
        votes = state;
    }

    String clusterId() {
        return clusterId;
    }

    void joinCluster(String id) {
        clusterId = id;
    }

    /** Whether the log has all that it ever said to be written. */
    boolean isIntact() {
        return isIntact;
    }

    void settled() {
        isIntact = true;
    }

    // --- the log

    long endIndex() {
        return firstIndex + log.size();
    }

    void append(SimProcess process, Batch batch) {
        handedOver.add(batch);
        if (!isWriting) {
            write(process);
        }
    }

    private void write(SimProcess process) {
        Batch batch = handedOver.peek();
        isWriting = batch != null;
        if (batch == null) {
            return;
        }
        long delayNs = time.between(30_000, 2 * SimTime.MS)
                + (time.chance(0.01) ? time.between(0, 200 * SimTime.MS) : 0)
                + (sync == SyncMode.ALWAYS ? time.between(200_000, 5 * SimTime.MS) : 0);
        later(delayNs, () -> {
            handedOver.remove();
            batch.entries().forEach(this::add);
            if (sync == SyncMode.ALWAYS) {
                syncedEnd = endIndex();
            }
            process.run(batch.written());
            write(process);
        });
    }

    /** Unless the process dies before. */
    private void later(long delayNs, Runnable action) {
        long in = life;
        time.after(Math.min(slowness * delayNs, Math.max(delayNs, SLOWEST)), () -> {
            if (in == life) {
                action.run();
            }
        });
    }

    /** All that the disk does from now on takes so many times as long, up to SLOWEST; 1 for as usual. */
    void slow(int times) {
        slowness = times;
    }

    private void add(Logged logged) {
        partition(logged.partition()).add(logged.entry(), endIndex());
        log.add(logged);
    }

    /** All entries that were written, with their places. */
    void forEachLogged(ObjLongConsumer<Logged> action) {
        for (int i = 0; i < log.size(); i++) {
            action.accept(log.get(i), firstIndex + i);
        }
    }

    LoggedPartition partition(int id) {
        return partitions.computeIfAbsent(id, none -> new LoggedPartition());
    }

    /** What was written to the log so far survives a power cut. */
    void syncLog() {
        syncedEnd = endIndex();
    }

    /** Lets go of old segments whose entries are all in the records. */
    private void trim() {
        long keepFrom = endIndex() - retention;
        partitions.forEach((id, partition) -> {
            Records at = durable.getOrDefault(id, new Records());
            long covered = at.complete ? partition.coveredUpTo(at.epoch, at.seq) : -1;
            boundary.put(id, covered);
        });
        while (firstIndex + SEGMENT_ENTRIES <= Math.min(keepFrom, syncedEnd) && isSegmentCovered()) {
            firstIndex += SEGMENT_ENTRIES;
            log.subList(0, SEGMENT_ENTRIES).clear();
            partitions.values().forEach(partition -> partition.forgetBefore(firstIndex));
        }
    }

    private boolean isSegmentCovered() {
        for (int i = 0; i < SEGMENT_ENTRIES; i++) {
            if (boundary.getOrDefault(log.get(i).partition(), -1L) < firstIndex + i) {
                return false;
            }
        }
        return true;
    }

    /** An entry of that partition can't be read any more, mostly one that a start needs; false if there is none. */
    boolean damage(int partition) {
        Records at = records(partition);
        LoggedPartition log = partition(partition);
        List<Long> needed = time.chance(0.7) ? log.needed(at.epoch, at.seq) : log.indexes();
        if (needed == null || needed.isEmpty()) {
            return false;
        }
        damaged.add(needed.get(time.random().nextInt(needed.size())));
        return true;
    }

    /** Entries of a partition from a seq on; null if the log can't tell. */
    List<LogEntry> slice(int partition, long fromSeq, int maxBytes) {
        return partition(partition).slice(fromSeq, maxBytes, damaged);
    }

    /** What a start finds of a partition: entries that the records lack. */
    List<LogEntry> replay(int partition) {
        Records at = records(partition);
        LoggedPartition log = partition(partition);
        List<Long> needed = log.needed(at.epoch, at.seq);
        if (needed == null || (at.isDamaged && !log.isReset(at.epoch, at.seq))) {
            return null;
        }
        return needed.stream().anyMatch(damaged::contains) ? null : log.after(at.epoch, at.seq);
    }

    /** Whether it has ever been damaged. */
    boolean isDamaged() {
        return !damaged.isEmpty();
    }

    /** A start found that partition damaged: the next one must not take it for sound. */
    void markDamaged(int partition) {
        records.computeIfAbsent(partition, none -> new Records()).isDamaged = true;
        durable.computeIfAbsent(partition, none -> new Records()).isDamaged = true;
    }

    // --- the records

    Map<Integer, Records> records() {
        return records;
    }

    Records records(int partition) {
        return records.getOrDefault(partition, new Records());
    }

    /**
     * Some transactions, one after the other, each with the log before it synced; then all are synced, the log is
     * trimmed, and {@code done} is told.
     */
    void checkpoint(SimProcess process, List<Checkpoint> changes, Runnable done) {
        int most = time.chance(0.8) ? changes.size() : 1 + time.random().nextInt(changes.size());
        transaction(process, changes, most, done);
    }

    private void transaction(SimProcess process, List<Checkpoint> changes, int most, Runnable done) {
        if (changes.isEmpty()) {
            later(time.between(SimTime.MS, 50 * SimTime.MS), () -> {
                unsynced.forEach(each -> apply(durable, each));
                unsynced.clear();
                trim();
                process.run(done);
            });
            return;
        }
        later(time.between(SimTime.MS, 200 * SimTime.MS), () -> {
            List<Checkpoint> now = changes.subList(0, Math.min(most, changes.size()));
            syncLog();
            apply(records, now);
            unsynced.add(now);
            transaction(process, changes.subList(now.size(), changes.size()), most, done);
        });
    }

    private static void apply(Map<Integer, Records> to, List<Checkpoint> changes) {
        for (Checkpoint change : changes) {
            to.computeIfAbsent(change.partition(), none -> new Records()).apply(change);
        }
    }

    /** A record is lost, and nobody notices. */
    void lose(int partition, Bytes key) {
        Records at = records(partition);
        at.lost.put(key, at.byKey.remove(key));
    }

    /** It is there again, unless it was written or deleted meanwhile. */
    void restore(int partition, Bytes key) {
        Records at = records(partition);
        LogEntry record = at.lost.remove(key);
        if (record != null) {
            at.byKey.put(key, record);
        }
    }

    // --- ends

    /** The process died: what it had handed over may have been written, up to some entry. */
    void onProcessDeath() {
        life++;
        isWriting = false;
        for (Batch batch : handedOver) {
            if (time.chance(0.5)) {
                batch.entries().forEach(this::add);
            } else {
                int some = time.random().nextInt(batch.entries().size() + 1);
                batch.entries().subList(0, some).forEach(this::add);
                break;
            }
        }
        handedOver.clear();
    }

    /** The power failed: the log ends somewhere after what was synced, the records go back some transactions. */
    void onPowerCut() {
        onProcessDeath();
        long end = syncedEnd + time.random().nextInt((int) (endIndex() - syncedEnd) + 1);
        isIntact &= sync == SyncMode.ALWAYS; // else nobody can tell
        List<Logged> kept = new ArrayList<>(log.subList(0, (int) (end - firstIndex)));
        log.clear();
        partitions.clear();
        kept.forEach(this::add);
        syncedEnd = endIndex();
        damaged.removeIf(index -> index >= syncedEnd);
        int some = time.random().nextInt(unsynced.size() + 1);
        unsynced.subList(0, some).forEach(changes -> apply(durable, changes));
        unsynced.clear();
        records.clear();
        durable.forEach((id, at) -> records.put(id, at.copy()));
    }
}
