package io.kumo.table;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import io.kumo.base.Bytes;

/** Which partition a key belongs to: the highest bits of its xxh3 hash. Never changes, as data lies where it says. */
public final class PartitionHash {
    private static final Hasher64 XXH3 = Hashing.xxh3_64();

    private PartitionHash() {}

    public static int partitionOf(Bytes key, int partitionCount) {
        byte[] content = key.unsafeArray();
        return partitionOf(content, 0, content.length, partitionCount);
    }

    /** Of {@code length} bytes of an array. */
    public static int partitionOf(byte[] content, int offset, int length, int partitionCount) {
        return partitionOf(hash(content, offset, length), partitionCount);
    }

    /** Of a known {@link #hash}. */
    public static int partitionOf(long hash, int partitionCount) {
        int bits = Integer.numberOfTrailingZeros(partitionCount);
        return bits == 0 ? 0 : (int) (hash >>> (64 - bits));
    }

    public static long hash(byte[] content, int offset, int length) {
        return XXH3.hashBytesToLong(content, offset, length);
    }
}
