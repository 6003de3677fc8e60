package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecordStore;
import io.kumo.server.store.ScanPage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records that are gone when the process is: {@code --store-mode memory}. Safe for all threads. */
final class MemoryStore implements RecordStore {
    private final NavigableMap<Integer, NavigableMap<Bytes, LogEntry>> records = new TreeMap<>();
    private final NavigableMap<Integer, PartitionState> states = new TreeMap<>();
    private long bytes;

    private NavigableMap<Bytes, LogEntry> of(int partition) {
        return records.computeIfAbsent(partition, none -> new TreeMap<>());
    }

    @Override
    public synchronized @Nullable LogEntry get(int partition, Bytes key) {
        return of(partition).get(key);
    }

    @Override
    public synchronized ScanPage scan(int partition, Bytes afterKey, int maxBytes) {
        List<LogEntry> page = new ArrayList<>();
        long pageBytes = 0;
        for (LogEntry record :
                of(partition).tailMap(afterKey, afterKey.isEmpty()).values()) {
            if (pageBytes >= maxBytes) {
                return new ScanPage(page, false);
            }
            page.add(record);
            pageBytes += record.footprintBytes();
        }
        return new ScanPage(page, true);
    }

    @Override
    public synchronized void apply(List<PartitionChange> changes) {
        for (PartitionChange change : changes) {
            NavigableMap<Bytes, LogEntry> partition = of(change.partition());
            if (change.clear()) {
                partition.values().forEach(record -> bytes -= record.footprintBytes());
                partition.clear();
            }
            for (LogEntry record : change.records()) {
                LogEntry old =
                        record.isRecord() ? partition.put(record.key(), bare(record)) : partition.remove(record.key());
                bytes += record.isRecord() ? record.footprintBytes() : 0;
                bytes -= old == null ? 0 : old.footprintBytes();
            }
            change.state().ifPresent(state -> states.put(change.partition(), state));
            if (change.drop()) {
                states.remove(change.partition());
                records.remove(change.partition());
            }
        }
    }

    private static LogEntry bare(LogEntry entry) {
        return new LogEntry(
                io.kumo.protocol.EntryKind.PUT,
                entry.epoch(),
                entry.seq(),
                0,
                0,
                0,
                0,
                entry.key(),
                entry.flags(),
                entry.expiryMs(),
                entry.value(),
                entry.cas(),
                entry.marks());
    }

    @Override
    public synchronized PartitionState state(int partition) {
        return states.getOrDefault(partition, PartitionState.EMPTY);
    }

    @Override
    public synchronized long count(int partition) {
        return of(partition).size();
    }

    @Override
    public synchronized Collection<Integer> partitions() {
        return List.copyOf(states.keySet());
    }

    @Override
    public String verify(int partition) {
        return "";
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
}
