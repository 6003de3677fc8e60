package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.gateway.FakeStore;
import io.kumo.node.runtime.Metrics;
import io.kumo.node.runtime.SystemClock;
import io.kumo.node.runtime.VertxFactory;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerInfo;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway in front of two fake servers that share one map, in one process. */
abstract class GatewayCase {
    static final int PARTITIONS = 16;

    final FakeStore store = new FakeStore();
    final TableHolder tables = new TableHolder("");
    Vertx vertx;
    FakeServer first;
    FakeServer second;
    Gateway gateway;
    int port;
    private long version;

    @BeforeEach
    void startServers() throws Exception {
        vertx = VertxFactory.create(4);
        first = new FakeServer(vertx, 1, store);
        second = new FakeServer(vertx, 2, store);
    }

    @AfterEach
    void stopAll() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    static GatewayOptions options(long timeoutMs) {
        return new OptionsBuilder().timeoutMs(timeoutMs).build();
    }

    void startGateway(GatewayOptions options) throws Exception {
        gateway = new Gateway(vertx, SystemClock.INSTANCE, new Metrics(), options, tables, "test", new Random(1));
        port = gateway.listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .port();
    }

    void startGateway() throws Exception {
        startGateway(options(5000));
    }

    /** A newer table in which {@code primary} has all partitions. */
    ClusterTable tableOf(FakeServer primary) {
        return table(List.of(primary));
    }

    /** A newer table in which the servers have the partitions in turn. */
    ClusterTable table(List<FakeServer> primaries) {
        List<ServerInfo> servers = new ArrayList<>(List.of(first.info(), second.info()));
        servers.sort(Comparator.comparing(ServerInfo::id));
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            FakeServer primary = primaries.get(i % primaries.size());
            rows.add(new Partition(i, 1, List.of(primary.id()), List.of(), List.of()));
        }
        return new ClusterTable("cluster", ++version, 1, false, 0, List.of(), servers, rows, Orders.NONE);
    }

    /** A newer table of a cluster to which no server is attached yet. */
    ClusterTable bornTable() {
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            rows.add(new Partition(i, 0, List.of(), List.of(), List.of()));
        }
        return new ClusterTable("cluster", ++version, 1, false, 0, List.of(), List.of(), rows, Orders.NONE);
    }

    void publish(ClusterTable table) {
        tables.offer(table);
    }

    /** A key of the partitions that {@code table(List.of(first, second))} gives to the first (0) or second (1). */
    static String keyAt(int place, int number) {
        for (int i = 0; ; i++) {
            String key = "key" + number + "-" + i;
            if (PartitionHash.partitionOf(Bytes.utf8(key), PARTITIONS) % 2 == place) {
                return key;
            }
        }
    }
}
