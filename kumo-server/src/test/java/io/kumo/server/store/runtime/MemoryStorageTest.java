package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.server.store.LogSlice;
import io.kumo.server.store.PartitionChange;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemoryStorageTest {
    @TempDir
    Path directory;

    private final Context context = Disk.VERTX.getOrCreateContext();

    private void append(Storage storage, LogEntry... entries) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.runOnContext(none -> {
            LogBatch batch = storage.log().newBatch(context, written -> done.complete(null));
            for (LogEntry entry : entries) {
                batch.add(1, entry);
            }
            storage.log().append(batch);
        });
        Disk.await(done);
    }

    private LogSlice read(Storage storage, long fromSeq) {
        return Disk.await(storage.log().read(context, 1, fromSeq, 1 << 20));
    }

    @Test
    void worksLikeADiskUntilItIsClosed() {
        StorageOptions options = Disk.options(directory).withRetention(1000, 0).withMemoryOnly(true);
        Storage storage = Storage.open(options);
        assertFalse(storage.recover(new Disk.Seen()).intact());
        append(storage, Disk.put(1, 1, "a", "1"), Disk.put(1, 2, "b", "2"), Disk.put(1, 3, "c", "3"));
        append(storage, Disk.mark(EntryKind.TRUNCATE, 2, 2), Disk.put(2, 3, "d", "4"));
        LogSlice.Entries slice = assertInstanceOf(LogSlice.Entries.class, read(storage, 2));
        assertEquals(List.of(Disk.put(1, 2, "b", "2"), Disk.put(2, 3, "d", "4")), slice.entries());
        for (long seq = 4; seq < 50; seq++) {
            append(storage, Disk.put(2, seq, "a", "1"));
        }
        assertInstanceOf(LogSlice.Gone.class, read(storage, 1));
        assertInstanceOf(LogSlice.Entries.class, read(storage, 48));

        Disk.await(storage.records()
                .checkpoint(
                        context,
                        List.of(PartitionChange.of(1, false, List.of(Disk.put(1, 2, "b", "2")), Disk.at(1, 2)))));
        assertEquals(1, Disk.await(storage.records().count(context, 1)));
        CompletableFuture<LogEntry> found = new CompletableFuture<>();
        LookupBatch batch = new LookupBatch(context, answered -> found.complete(answered.found(0)));
        batch.add(1, Bytes.utf8("b"));
        storage.records().lookUp(batch);
        assertEquals(2, Disk.await(found).seq());
        storage.close();
        Storage again = Storage.open(options);
        assertEquals(0, Disk.await(again.records().count(context, 1)));
        again.close();
    }
}
