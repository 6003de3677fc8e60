package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.table.PartitionHash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Digests of key ranges: key, epoch and seq of every record in it, so that equal digests mean equal records. The value
 * needs no hash: one epoch and seq is one write.
 */
final class RangeDigests {
    /** With 1 % of the keys changed, 32 to a range cost least: 3 to 4 bytes for each key that there is. */
    static final int RANGE_RECORDS = 32;

    private RangeDigests() {}

    /** Of one record. */
    static long fingerprint(LogEntry record) {
        byte[] key = record.key().unsafeArray();
        long hash = PartitionHash.hash(key, 0, key.length);
        return mix(mix(mix(hash) + record.epoch()) + record.seq());
    }

    /** Of a range whose records so far have that hash, and one more; 0 is that of an empty range. */
    static long add(long hash, LogEntry record) {
        return mix(hash * 0x9e3779b97f4a7c15L + fingerprint(record));
    }

    /** Every input has another output. */
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /**
     * Of records that follow each other, {@link #RANGE_RECORDS} to a range.
     *
     * @param toEnd the last range has no end
     */
    static List<RangeDigest> of(List<LogEntry> records, boolean toEnd) {
        List<RangeDigest> digests = new ArrayList<>();
        for (int from = 0; from < records.size(); from += RANGE_RECORDS) {
            int to = Math.min(records.size(), from + RANGE_RECORDS);
            long hash = 0;
            for (int i = from; i < to; i++) {
                hash = add(hash, records.get(i));
            }
            boolean isEnd = toEnd && to == records.size();
            digests.add(
                    new RangeDigest(isEnd ? Bytes.EMPTY : records.get(to - 1).key(), to - from, hash));
        }
        if (digests.isEmpty() && toEnd) {
            digests.add(new RangeDigest(Bytes.EMPTY, 0, 0));
        }
        return digests;
    }

    /** The records of one of these ranges. */
    static List<LogEntry> range(List<LogEntry> records, int range) {
        int from = (int) Math.min((long) range * RANGE_RECORDS, records.size());
        return records.subList(from, Math.min(records.size(), from + RANGE_RECORDS));
    }

    static Bytes pack(List<Long> fingerprints) {
        ByteBuffer out = ByteBuffer.allocate(fingerprints.size() * Long.BYTES);
        fingerprints.forEach(out::putLong);
        return Bytes.wrap(out.array());
    }

    static Set<Long> unpack(Bytes packed) {
        Set<Long> fingerprints = new HashSet<>();
        ByteBuffer in = packed.asByteBuffer();
        while (in.remaining() >= Long.BYTES) {
            fingerprints.add(in.getLong());
        }
        return fingerprints;
    }
}
