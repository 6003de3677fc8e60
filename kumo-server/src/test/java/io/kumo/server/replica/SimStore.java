package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.ScanPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/** The records of a simulated server, some of which may be damaged. */
final class SimStore {
    private final TreeMap<Bytes, LogEntry> records = new TreeMap<>();
    private final TreeMap<Bytes, LogEntry> damaged = new TreeMap<>();
    private Recovery position = Recovery.NONE;

    /** How far the records are. */
    Recovery position() {
        return position;
    }

    Map<Bytes, LogEntry> records() {
        return records;
    }

    void apply(Checkpoint checkpoint) {
        if (checkpoint.wipe()) {
            records.clear();
            damaged.clear();
        }
        for (LogEntry record : checkpoint.records()) {
            damaged.remove(record.key());
            if (record.isRecord()) {
                records.put(record.key(), record);
            } else {
                records.remove(record.key());
            }
        }
        position = new Recovery(checkpoint.epoch(), checkpoint.seq(), checkpoint.complete(), checkpoint.state());
    }

    /** As XodusStore does it. */
    ScanPage page(Bytes after, int maxBytes) {
        List<LogEntry> page = new ArrayList<>();
        List<Bytes> unreadable = new ArrayList<>();
        int bytes = 0;
        for (LogEntry record : records.tailMap(after, after.isEmpty()).values()) {
            if (bytes >= maxBytes) {
                return new ScanPage(page, unreadable, false);
            }
            if (damaged.containsKey(record.key())) {
                unreadable.add(record.key());
            } else {
                page.add(record);
            }
            bytes += record.footprintBytes();
        }
        return new ScanPage(page, unreadable, true);
    }

    // --- damage

    /** Keys of records that do not fit their checksums. */
    Set<Bytes> damaged() {
        return damaged.keySet();
    }

    /** Some record is not what it was. */
    void damage(Random random) {
        if (!records.isEmpty()) {
            Bytes key = new ArrayList<>(records.keySet()).get(random.nextInt(records.size()));
            LogEntry record = records.get(key);
            damaged.putIfAbsent(key, record);
            Bytes wrong = Bytes.utf8("damaged");
            records.put(key, LogEntry.internal(EntryKind.PUT, record.epoch(), record.seq(), key, wrong));
        }
    }

    /** That record is as it was. */
    void undoDamage(Bytes key) {
        LogEntry record = damaged.remove(key);
        if (record != null) {
            records.put(key, record);
        }
    }

    /** All are as they were. */
    void undoDamage() {
        records.putAll(damaged);
        damaged.clear();
    }
}
