package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.Outcome;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerInfo;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Writes many records into a cluster, as a gateway does: to the primaries, replicated, each exactly once though a
 * server dies. A batch at a time: all of it is sent at once, and sent again until the last one is answered.
 */
final class ClusterWriter implements RecordSink {
    private static final int BATCH_RECORDS = 2048;
    private static final int BATCH_BYTES = 8 << 20;
    private static final long PATIENCE_NS = 60_000_000_000L;
    private static final long PAUSE_MS = 50;
    private static final long LONGEST_CALL_MS = 60_000;

    /** A write on its way. */
    private static final class Pending {
        private final Bytes key;
        private final WriteKind kind;
        private final int flags;
        private final long exptime;
        private final Bytes value;
        private final WriteOptions options;
        private final long tag;
        private long counter;
        private boolean isDone;
        private volatile String failure = "";
        private volatile boolean isRefused;

        Pending(Bytes key, WriteKind kind, int flags, long exptime, Bytes value, WriteOptions options, long tag) {
            this.key = key;
            this.kind = kind;
            this.flags = flags;
            this.exptime = exptime;
            this.value = value;
            this.options = options;
            this.tag = tag;
        }
    }

    private final ManagerClient client;
    private final BiConsumer<Long, String> onRefused;
    private final long session = 1 | new SecureRandom().nextLong();
    private List<Pending> batch = new ArrayList<>();
    private final Set<Bytes> batchKeys = new HashSet<>();
    private int batchBytes;
    private long lastCounter;
    private long written;
    private ClusterTable table;

    /** @param onRefused is told of what a server will not take: the tag, and why */
    ClusterWriter(ManagerClient client, BiConsumer<Long, String> onRefused) {
        this.client = client;
        this.onRefused = onRefused;
        this.table = client.table();
    }

    @Override
    public long written() {
        return written;
    }

    @Override
    public void set(Bytes key, int flags, long exptime, Bytes value, long tag) {
        add(new Pending(key, WriteKind.SET, flags, exptime, value, WriteOptions.NONE, tag));
    }

    /** Marks a record as out of date; it is written before. */
    void invalidate(Bytes key, long tag) {
        WriteOptions options = new WriteOptions(WriteOptions.INVALIDATE, 0, 0, 0, 0);
        add(new Pending(key, WriteKind.DELETE, 0, 0, Bytes.EMPTY, options, tag));
    }

    private void add(Pending write) {
        if (!batchKeys.add(write.key)) {
            flush(); // what is in one batch has no order
            batchKeys.add(write.key);
        }
        batch.add(write);
        batchBytes += write.key.length() + write.value.length();
        if (batch.size() >= BATCH_RECORDS || batchBytes >= BATCH_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        List<Pending> left = batch;
        batch = new ArrayList<>();
        batchKeys.clear();
        batchBytes = 0;
        long settledBelow = lastCounter + 1;
        left.forEach(write -> write.counter = ++lastCounter);
        long progressNs = System.nanoTime();
        while (!left.isEmpty()) {
            send(left, settledBelow);
            List<Pending> again = left.stream().filter(write -> !write.isDone).toList();
            if (again.size() < left.size()) {
                progressNs = System.nanoTime();
            }
            settle(left);
            left = again;
            if (!left.isEmpty()) {
                if (System.nanoTime() - progressNs > PATIENCE_NS || !Pause.ms(PAUSE_MS)) {
                    throw new KumoException(
                            ErrorCode.TIMED_OUT, left.size() + " records can't be written: " + left.get(0).failure);
                }
                renewTable();
            }
        }
    }

    private void settle(List<Pending> sent) {
        for (Pending write : sent) {
            if (write.isDone && write.isRefused) {
                onRefused.accept(write.tag, write.failure);
            } else if (write.isDone) {
                written += write.kind == WriteKind.SET ? 1 : 0;
            }
        }
    }

    /** While no manager answers, the table that is known is as good as any. */
    private void renewTable() {
        try {
            table = client.table();
        } catch (KumoException e) {
            if (e.code().outcome() == Outcome.FATAL) {
                throw e;
            }
        }
    }

    private void send(List<Pending> writes, long settledBelow) {
        CountDownLatch answers = new CountDownLatch(writes.size());
        for (Pending write : writes) {
            int partition = PartitionHash.partitionOf(write.key, table.partitionCount());
            ServerInfo primary =
                    table.partition(partition).primary().flatMap(table::server).orElse(null);
            if (primary == null) {
                write.failure = "partition " + partition + " has no primary";
                answers.countDown();
                continue;
            }
            client.callLater(primary.address(), message(write, partition, settledBelow))
                    .onComplete(done -> {
                        if (done.succeeded()) {
                            answered(write, done.result());
                        } else {
                            failed(write, done.cause());
                        }
                        answers.countDown();
                    });
        }
        try {
            if (!answers.await(LONGEST_CALL_MS, TimeUnit.MILLISECONDS)) {
                throw new KumoException(ErrorCode.TIMED_OUT, "servers do not answer");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KumoException(ErrorCode.SHUTTING_DOWN, "interrupted", e);
        }
    }

    private Write message(Pending write, int partition, long settledBelow) {
        return new Write(
                partition,
                table.version(),
                session,
                write.counter,
                settledBelow,
                write.kind,
                false,
                write.key,
                write.flags,
                write.exptime,
                0,
                0,
                write.value,
                write.options);
    }

    private static void answered(Pending write, WriteResult result) {
        write.isRefused = result.status() == WriteStatus.TOO_LARGE;
        write.failure = write.isRefused ? ErrorCode.TOO_LARGE.text() : "";
        write.isDone = true;
    }

    private static void failed(Pending write, Throwable why) {
        write.failure = String.valueOf(why.getMessage());
        boolean isRefused = why instanceof KumoException known && known.code().outcome() == Outcome.REJECTED;
        write.isRefused = isRefused;
        write.isDone = isRefused;
    }
}
