package io.kumo.server.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.server.store.runtime.Storage;
import io.kumo.server.store.runtime.StorageOptions;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFeedTest {
    private static final String CLUSTER = "0123456789abcdef";

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final TableHolder tables = new TableHolder("");
    private final List<Long> spread = new CopyOnWriteArrayList<>();
    /** Versions that are being kept. */
    private final Map<Long, Promise<Void>> keeping = new ConcurrentSkipListMap<>();

    private Storage storage;

    @TempDir
    Path directory;

    @BeforeEach
    void start() {
        storage = Storage.open(StorageOptions.defaults(directory, failure -> fail("the store failed", failure))
                .withMemoryOnly(true));
        new TableFeed(
                        context,
                        tables,
                        storage,
                        (code, text) -> fail(code + ": " + text),
                        table -> spread.add(table.version()))
                .start(this::keep);
    }

    private Future<Void> keep(ClusterTable table) {
        return keeping.computeIfAbsent(table.version(), version -> Promise.promise())
                .future();
    }

    @AfterEach
    void stop() throws Exception {
        storage.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static ClusterTable table(long version) {
        ClusterTable table = ClusterTable.birth(CLUSTER, 3, 16, List.of(new HostPort("127.0.0.1", 1)));
        while (table.version() < version) {
            table = table.next(table.servers(), table.partitions());
        }
        return table;
    }

    @Test
    void nothingActsOnATableThatAStartWouldNotFind() {
        tables.offer(table(1));
        await().until(() -> keeping.containsKey(1L));
        tables.offer(table(2));
        tables.offer(table(3));
        assertEquals(List.of(), spread);
        keeping.get(1L).complete();
        await().until(() -> keeping.containsKey(3L));
        assertEquals(List.of(1L), spread);
        keeping.get(3L).complete();
        await().until(() -> spread.equals(List.of(1L, 3L)));
    }

    @Test
    void aTableThatCannotBeKeptIsActedOnAllTheSame() {
        tables.offer(table(1));
        await().until(() -> keeping.containsKey(1L));
        keeping.get(1L).fail("no room");
        await().until(() -> spread.equals(List.of(1L)));
        tables.offer(table(2)); // and one that takes too long
        await().until(() -> spread.equals(List.of(1L, 2L)));
    }
}
