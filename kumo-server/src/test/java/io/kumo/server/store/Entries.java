package io.kumo.server.store;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import java.util.Random;

/** Entries for tests. */
final class Entries {
    private Entries() {}

    static LogEntry random(Random random) {
        byte[] key = new byte[random.nextInt(40)];
        byte[] value = new byte[random.nextInt(300)];
        random.nextBytes(key);
        random.nextBytes(value);
        EntryKind[] kinds = EntryKind.values();
        long seq = random.nextLong();
        boolean plain = random.nextBoolean();
        return new LogEntry(
                kinds[random.nextInt(kinds.length)],
                random.nextLong() >>> 1,
                seq,
                random.nextLong(),
                random.nextLong(),
                random.nextLong(),
                random.nextInt(13),
                Bytes.wrap(key),
                random.nextInt(),
                random.nextLong(),
                Bytes.wrap(value),
                plain ? seq : random.nextLong(),
                plain ? 0 : random.nextInt(16));
    }
}
