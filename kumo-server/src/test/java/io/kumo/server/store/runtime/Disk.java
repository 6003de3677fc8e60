package io.kumo.server.store.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import io.kumo.server.store.RecoveryVisitor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A storage as tests use it: waits for what it does. */
final class Disk implements AutoCloseable {
    static final Vertx VERTX = Vertx.vertx();

    /** What a visitor was told. */
    static final class Seen implements RecoveryVisitor {
        final Map<Integer, PartitionState> states = new TreeMap<>();
        final Map<Integer, Long> counts = new TreeMap<>();
        final Map<Integer, String> damaged = new TreeMap<>();
        final Map<Integer, List<LogEntry>> old = new TreeMap<>();
        final Map<Integer, List<LogEntry>> entries = new TreeMap<>();

        @Override
        public void onPartition(int partition, PartitionState state, long recordCount) {
            states.put(partition, state);
            counts.put(partition, recordCount);
        }

        @Override
        public void onDamaged(int partition, String reason) {
            damaged.put(partition, reason);
            entries.remove(partition);
        }

        @Override
        public void onOldEntry(int partition, LogEntry entry) {
            old.computeIfAbsent(partition, none -> new ArrayList<>()).add(entry);
        }

        @Override
        public void onEntry(int partition, LogEntry entry) {
            entries.computeIfAbsent(partition, none -> new ArrayList<>()).add(entry);
        }

        List<Long> seqs(int partition) {
            return entries.getOrDefault(partition, List.of()).stream()
                    .map(LogEntry::seq)
                    .toList();
        }
    }

    final DiskStorage storage;
    final Seen seen = new Seen();
    final Storage.Recovered recovered;
    final Context context = VERTX.getOrCreateContext();

    Disk(StorageOptions options, String bootId) {
        storage = DiskStorage.open(options, bootId);
        recovered = storage.recover(seen);
    }

    static StorageOptions options(Path directory) {
        return StorageOptions.defaults(directory, failure -> {
                    throw new AssertionError("the store failed", failure);
                })
                .withRetention(0, 0)
                .withCacheBytes(16 << 20);
    }

    static Disk open(Path directory) {
        return new Disk(options(directory), "boot");
    }

    static LogEntry put(long epoch, long seq, String key, String value) {
        return new LogEntry(EntryKind.PUT, epoch, seq, 7, seq, 1, 1, Bytes.utf8(key), 5, 0, Bytes.utf8(value), seq, 0);
    }

    static LogEntry delete(long epoch, long seq, String key) {
        return LogEntry.internal(EntryKind.DELETE, epoch, seq, Bytes.utf8(key), Bytes.EMPTY);
    }

    static LogEntry mark(EntryKind kind, long epoch, long seq) {
        return LogEntry.internal(kind, epoch, seq, Bytes.EMPTY, Bytes.EMPTY);
    }

    void append(int partition, LogEntry... entries) {
        append(partition, List.of(entries));
    }

    void append(int partition, List<LogEntry> entries) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(none -> {
            LogBatch batch = storage.log().newBatch(context, written -> done.complete(null));
            entries.forEach(entry -> batch.add(partition, entry));
            storage.log().append(batch);
        });
        await(done);
    }

    LogSlice read(int partition, long fromSeq, int maxBytes) {
        return await(storage.log().read(context, partition, fromSeq, maxBytes));
    }

    List<Long> seqs(int partition, long fromSeq) {
        LogSlice slice = read(partition, fromSeq, 1 << 20);
        return slice instanceof LogSlice.Entries entries
                ? entries.entries().stream().map(LogEntry::seq).toList()
                : List.of(-1L);
    }

    void checkpoint(PartitionChange... changes) {
        await(storage.records().checkpoint(context, List.of(changes)));
    }

    static PartitionState at(long epoch, long seq) {
        return new PartitionState(epoch, seq, false, Bytes.utf8("state" + seq));
    }

    static <T> T await(Future<T> future) {
        return await(future.toCompletionStage().toCompletableFuture());
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything in the directory as it is at this moment, elsewhere: as after a kill -9. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (!path.getFileName().toString().equals("xd.lck")) {
                    Files.copy(path, target);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        storage.close();
    }
}
