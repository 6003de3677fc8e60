package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.store.ScanPage;
import io.kumo.server.store.runtime.RecordReader;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads the store slowly from end to end, and again, and shows expired records to the primary, which deletes them. They
 * are hidden from clients anyway: this only gives their room back. Used on its event loop only.
 */
final class Sweeper {
    private static final int PAGE_BYTES = 64 << 10;
    /** Ticks without a read as long as nothing expired is found. */
    private static final int SKIPPED_TICKS = 10;

    private final RecordReader records;
    private final Context context;
    private final ReplicaHost host;
    private final Clock clock;
    private final AtomicLong expiredCount = new AtomicLong();
    private int place;
    private Bytes after = Bytes.EMPTY;
    private boolean isReading;
    private boolean isFinding;
    private int skipped;

    Sweeper(RecordReader records, Context context, ReplicaHost host, Clock clock) {
        this.records = records;
        this.context = context;
        this.host = host;
        this.clock = clock;
    }

    /** Expired records found so far. From any thread. */
    long expiredCount() {
        return expiredCount.get();
    }

    /** Reads one page, if it is time; to be called twenty times per second. */
    void onTick() {
        List<Replica> replicas = host.replicas();
        if (isReading || replicas.isEmpty() || (!isFinding && ++skipped < SKIPPED_TICKS)) {
            return;
        }
        skipped = 0;
        place = place < replicas.size() ? place : 0;
        Replica replica = replicas.get(place);
        if (replica.role() != ReplicaRole.PRIMARY) {
            nextPartition();
            return;
        }
        isReading = true;
        records.scan(context, replica.partition(), after, PAGE_BYTES).onComplete(done -> {
            isReading = false;
            if (done.succeeded()) {
                swept(replica, done.result());
            } else {
                nextPartition();
            }
        });
    }

    private void swept(Replica replica, ScanPage page) {
        long now = clock.wallMs();
        List<LogEntry> expired =
                page.records().stream().filter(record -> record.isExpired(now)).toList();
        isFinding = !expired.isEmpty();
        if (isFinding) {
            expiredCount.lazySet(expiredCount.get() + expired.size());
            replica.onSweep(expired);
        }
        page.damaged().forEach(key -> replica.onDamaged(key));
        Bytes last = page.lastKey(after);
        if (page.isLast() || last.equals(after)) {
            nextPartition();
        } else {
            after = last;
        }
    }

    private void nextPartition() {
        place++;
        after = Bytes.EMPTY;
    }
}
