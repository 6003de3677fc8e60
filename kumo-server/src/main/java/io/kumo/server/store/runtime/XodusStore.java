package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.NoSpace;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.CheckpointMark;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecordCodec;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.ScanPage;
import io.kumo.server.store.StateCodec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jetbrains.exodus.ArrayByteIterable;
import jetbrains.exodus.ByteIterable;
import jetbrains.exodus.env.Cursor;
import jetbrains.exodus.env.EnvironmentConfig;
import jetbrains.exodus.env.EnvironmentImpl;
import jetbrains.exodus.env.EnvironmentStatistics;
import jetbrains.exodus.env.Environments;
import jetbrains.exodus.env.Store;
import jetbrains.exodus.env.StoreConfig;
import jetbrains.exodus.env.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * The records in Xodus: one Xodus store for each partition, and one for their states.
 *
 * <p>The other way is one Xodus store with the partition as a prefix of the key. Measured, puts in batches of 10,000
 * over 1,024 partitions cost the same either way, gets slightly more here ({@code StoreBench} measures this layout).
 * But here the count of a partition is exact and free, as Xodus keeps it with the tree, where one store would need a
 * read before each put; and a partition is dropped as a whole, not record by record.
 *
 * <p>Its threads must never be interrupted: Xodus does not survive that in a commit. No transaction outlives a call.
 */
final class XodusStore implements RecordStore {
    private static final StoreConfig CONFIG = StoreConfig.WITHOUT_DUPLICATES_WITH_PREFIXING;
    private static final String STATES = "states";
    private static final int PAGE_BYTES = 4096;
    private static final int CLEANER_STALL_MS = 30;
    /** Of the files, percent; the lower, the less is copied from files that are cleaned, and the more disk is taken. */
    private static final int MIN_UTILIZATION = 35;

    private final EnvironmentImpl environment;
    private final Consumer<List<CheckpointMark>> beforeCommit;
    private final Store states;
    private final Map<Integer, Store> stores = new ConcurrentHashMap<>();
    private final AtomicInteger clears = new AtomicInteger(); // odd while a transaction that clears commits

    /** @param beforeCommit told what a transaction leads to, before it commits; may throw to stop it */
    XodusStore(Path directory, long cacheBytes, Consumer<List<CheckpointMark>> beforeCommit) {
        this.beforeCommit = beforeCommit;
        EnvironmentConfig config = new EnvironmentConfig();
        config.setMemoryUsage(cacheBytes);
        config.setLogCachePageSize(PAGE_BYTES); // larger pages waste the cache on records of other keys
        config.setLogCacheShared(false); // else all environments of a JVM must have the same page size
        config.setManagementEnabled(false);
        config.setGcUseExclusiveTransaction(true); // without it the cleaner gives up under load
        config.setGcTransactionTimeout(CLEANER_STALL_MS);
        config.setGcMinUtilization(MIN_UTILIZATION);
        environment = opening(directory, config);
        states = guard(
                "open", () -> environment.computeInTransaction(txn -> environment.openStore(STATES, CONFIG, txn)));
        guard("open", () -> {
            environment.executeInTransaction(txn ->
                    partitions().forEach(partition -> stores.put(partition, openStore(partition, txn))));
            return this;
        });
    }

    private static EnvironmentImpl opening(Path directory, EnvironmentConfig config) {
        try {
            return (EnvironmentImpl) Environments.newInstance(directory.toFile(), config);
        } catch (RuntimeException e) {
            String help = NoSpace.isCauseOf(e)
                    ? ""
                    : "; if other servers have copies, move it away and start again: they are copied anew";
            throw new KumoException(
                    ErrorCode.STORE_FAILED, "can't open the records in " + directory + ": " + e.getMessage() + help, e);
        }
    }

    private Store openStore(int partition, Transaction txn) {
        return environment.openStore(name(partition), CONFIG, txn);
    }

    private static String name(int partition) {
        return "p" + partition;
    }

    @Override
    public @Nullable LogEntry get(int partition, Bytes key) {
        ByteIterable stored = read(
                        partition,
                        Optional.<ByteIterable>empty(),
                        (store, txn) -> Optional.ofNullable(store.get(txn, new ArrayByteIterable(key.unsafeArray()))))
                .orElse(null);
        return stored == null ? null : RecordCodec.decode(partition, key, stored.getBytesUnsafe(), stored.getLength());
    }

    @Override
    public ScanPage scan(int partition, Bytes afterKey, int maxBytes) {
        return read(
                partition,
                new ScanPage(List.of(), true),
                (store, txn) -> scan(store, txn, partition, afterKey, maxBytes));
    }

    private static ScanPage scan(Store store, Transaction txn, int partition, Bytes afterKey, int maxBytes) {
        List<LogEntry> records = new ArrayList<>();
        List<Bytes> damaged = new ArrayList<>();
        long bytes = 0;
        try (Cursor cursor = store.openCursor(txn)) {
            ByteIterable start = new ArrayByteIterable(afterKey.unsafeArray());
            boolean isMore = afterKey.isEmpty() ? cursor.getNext() : cursor.getSearchKeyRange(start) != null;
            while (isMore) {
                Bytes key = bytes(cursor.getKey());
                if (!key.equals(afterKey) || afterKey.isEmpty()) {
                    if (bytes >= maxBytes) {
                        return new ScanPage(records, damaged, false);
                    }
                    ByteIterable stored = cursor.getValue();
                    bytes += LogEntry.OVERHEAD_BYTES + key.length() + stored.getLength();
                    LogEntry record = decode(partition, key, stored);
                    if (record == null) {
                        damaged.add(key);
                    } else {
                        records.add(record);
                    }
                }
                isMore = cursor.getNext();
            }
        }
        return new ScanPage(records, damaged, true);
    }

    /** Null if the record does not fit its checksum. */
    private static @Nullable LogEntry decode(int partition, Bytes key, ByteIterable stored) {
        try {
            return RecordCodec.decode(partition, key, stored.getBytesUnsafe(), stored.getLength());
        } catch (KumoException e) {
            return null;
        }
    }

    private static Bytes bytes(ByteIterable iterable) {
        return Bytes.copyOf(iterable.getBytesUnsafe(), 0, iterable.getLength());
    }

    @Override
    public void apply(List<PartitionChange> changes) {
        guard("checkpoint", () -> {
            boolean isClearing = changes.stream().anyMatch(PartitionChange::clear);
            Map<Integer, Store> opened = new HashMap<>();
            Transaction txn = environment.beginExclusiveTransaction();
            try {
                List<CheckpointMark> marks = new ArrayList<>();
                for (PartitionChange change : changes) {
                    apply(change, txn, opened, marks);
                }
                beforeCommit.accept(marks);
                if (isClearing) {
                    clears.incrementAndGet();
                }
                try {
                    Check.invariant(txn.commit(), "an exclusive transaction did not commit");
                    stores.putAll(opened);
                    changes.stream().filter(PartitionChange::drop).forEach(drop -> stores.remove(drop.partition()));
                } finally {
                    if (isClearing) {
                        clears.incrementAndGet();
                    }
                }
            } finally {
                if (!txn.isFinished()) {
                    txn.abort();
                }
            }
            return this;
        });
    }

    private void apply(
            PartitionChange change, Transaction txn, Map<Integer, Store> opened, List<CheckpointMark> marks) {
        int partition = change.partition();
        ArrayByteIterable stateKey = stateKey(partition);
        if (change.clear() && environment.storeExists(name(partition), txn)) {
            environment.truncateStore(name(partition), txn);
            opened.remove(partition);
            if (change.drop()) {
                environment.removeStore(name(partition), txn);
            }
        }
        if (change.drop()) {
            states.delete(txn, stateKey);
            marks.add(new CheckpointMark(partition, 0, 0, 0));
            return;
        }
        Store known = opened.containsKey(partition) || change.clear() ? opened.get(partition) : stores.get(partition);
        Store store = known;
        if (store == null) {
            store = openStore(partition, txn);
            opened.put(partition, store);
        }
        for (LogEntry record : change.records()) {
            ArrayByteIterable key = new ArrayByteIterable(record.key().unsafeArray());
            if (record.isRecord()) {
                store.put(txn, key, new ArrayByteIterable(RecordCodec.encode(partition, record)));
            } else {
                store.delete(txn, key);
            }
        }
        PartitionState state = change.state().orElse(null);
        if (state != null) {
            states.put(txn, stateKey, new ArrayByteIterable(StateCodec.encode(partition, state)));
        } else {
            state = state(partition, txn);
        }
        if (!state.damaged()) { // else what was there before stays known: a power cut may take the note of the damage
            marks.add(new CheckpointMark(partition, state.epoch(), state.seq(), store.count(txn)));
        }
    }

    private static ArrayByteIterable stateKey(int partition) {
        return new ArrayByteIterable(ByteBuffer.allocate(4).putInt(partition).array());
    }

    @Override
    public PartitionState state(int partition) {
        return guard("read", () -> environment.computeInReadonlyTransaction(txn -> state(partition, txn)));
    }

    private PartitionState state(int partition, Transaction txn) {
        ByteIterable stored = states.get(txn, stateKey(partition));
        return stored == null
                ? PartitionState.EMPTY
                : StateCodec.decode(partition, stored.getBytesUnsafe(), stored.getLength())
                        .orElse(PartitionState.EMPTY.asDamaged());
    }

    @Override
    public long count(int partition) {
        return read(partition, 0L, Store::count);
    }

    @Override
    public Collection<Integer> partitions() {
        return guard(
                "read",
                () -> environment.computeInReadonlyTransaction(txn -> {
                    Collection<Integer> partitions = new TreeSet<>();
                    try (Cursor cursor = states.openCursor(txn)) {
                        while (cursor.getNext()) {
                            partitions.add(ByteBuffer.wrap(cursor.getKey().getBytesUnsafe())
                                    .getInt());
                        }
                    }
                    return partitions;
                }));
    }

    @Override
    public String verify(int partition) {
        try {
            return read(partition, "", (store, txn) -> {
                long count = 0;
                try (Cursor cursor = store.openCursor(txn)) {
                    while (cursor.getNext()) {
                        ByteIterable stored = cursor.getValue();
                        RecordCodec.decode(
                                partition, bytes(cursor.getKey()), stored.getBytesUnsafe(), stored.getLength());
                        count++;
                    }
                }
                long expected = store.count(txn);
                return count == expected ? "" : count + " records are left of " + expected;
            });
        } catch (KumoException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public long bytes() {
        return environment
                .getStatistics()
                .getStatisticsItem(EnvironmentStatistics.Type.DISK_USAGE)
                .getTotal();
    }

    @Override
    public void sync() {
        guard("sync", () -> {
            environment.flushAndSync();
            return this;
        });
    }

    @Override
    public void close() {
        guard("close", () -> {
            environment.close();
            return this;
        });
    }

    @FunctionalInterface
    private interface Reading<T> {
        T in(Store store, Transaction txn);
    }

    // A cleared partition has another Xodus store than before. While a clear commits, and after one that came in the
    // middle of a read, the store is asked for by its name, which always fits the transaction.
    private <T> T read(int partition, T absent, Reading<T> reading) {
        return XodusStore.<T>guard("read", () -> {
            int before = clears.get();
            if (before % 2 == 0) {
                Store store = stores.get(partition);
                try {
                    T result = store == null
                            ? absent
                            : environment.<T>computeInReadonlyTransaction(txn -> reading.in(store, txn));
                    if (clears.get() == before) {
                        return result;
                    }
                } catch (RuntimeException e) {
                    if (clears.get() == before) {
                        throw e;
                    }
                }
            }
            return environment.<T>computeInReadonlyTransaction(txn -> environment.storeExists(name(partition), txn)
                    ? reading.in(environment.openStore(name(partition), StoreConfig.USE_EXISTING, txn), txn)
                    : absent);
        });
    }

    // Xodus reports damage by exceptions of many kinds; what comes from a read is damage, the rest ends the server.
    private static <T> T guard(String what, Supplier<T> action) {
        try {
            return action.get();
        } catch (KumoException e) {
            throw e;
        } catch (RuntimeException e) {
            ErrorCode code = what.equals("read") ? ErrorCode.CORRUPT : ErrorCode.STORE_FAILED;
            throw new KumoException(code, "store: " + what + ": " + e.getMessage(), e);
        }
    }
}
