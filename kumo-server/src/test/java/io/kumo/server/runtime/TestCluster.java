package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Message;
import io.kumo.protocol.Role;
import io.kumo.protocol.VerifyMessages.CopyDifference;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/** Servers of one process, with the test as leader: it makes the tables, and is the client as well. */
final class TestCluster implements AutoCloseable {
    static final int PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path root;
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, TestServer> servers = new LinkedHashMap<>();
    private final Map<HostPort, RpcClient> clients = new HashMap<>();
    /** The same servers, as an operator calls them. */
    private final Map<HostPort, RpcClient> operators = new HashMap<>();

    private ClusterTable table =
            ClusterTable.birth("0123456789abcdef", 3, PARTITIONS, List.of(new HostPort("127.0.0.1", 1)));
    private long counter;

    TestCluster(Path root) {
        this.root = root;
    }

    /** Starts a server, or starts it again with the directory that it had. */
    TestServer start(String name, String... options) {
        TestServer server = new TestServer(root.resolve(name), options);
        servers.put(name, server);
        return server;
    }

    TestServer server(String name) {
        return servers.get(name);
    }

    void kill(String name) {
        servers.remove(name).kill();
    }

    ClusterTable table() {
        return table;
    }

    /** The next version: the running servers as they are now, and each row changed. */
    void commit(UnaryOperator<Partition> change) {
        Map<ServerId, ServerInfo> infos = new HashMap<>();
        table.servers().forEach(info -> infos.put(info.id(), info));
        servers.values().forEach(server -> infos.put(server.id(), server.info()));
        List<ServerInfo> sorted = infos.values().stream()
                .sorted(Comparator.comparing(ServerInfo::id))
                .toList();
        table = table.next(sorted, table.partitions().stream().map(change).toList());
        servers.values().forEach(server -> server.data().tables().offer(table));
    }

    /** All partitions on these servers, in sync; the first one is the primary, in a new epoch. */
    void place(String... names) {
        List<ServerId> ids = ids(List.of(names));
        commit(row -> row.with(row.epoch() + 1, ids, List.of()));
    }

    /** From now on that server catches up on all partitions. */
    void beginJoin(String name) {
        ServerId joiner = server(name).id();
        commit(row -> row.with(
                row.epoch(),
                row.inSync().stream().filter(id -> !id.equals(joiner)).toList(),
                List.of(joiner)));
    }

    /** That server catches up on all partitions; returns once all of them are in sync. */
    void join(String name) {
        ServerId joiner = server(name).id();
        beginJoin(name);
        Awaitility.await().atMost(PATIENCE).until(() -> {
            List<Integer> joined = joined(joiner);
            if (!joined.isEmpty()) {
                commit(row -> joined.contains(row.id()) ? inSync(row, joiner) : row);
            }
            return table.partitions().stream().allMatch(row -> row.joining().isEmpty());
        });
    }

    private List<Integer> joined(ServerId joiner) {
        List<Integer> partitions = new ArrayList<>();
        for (TestServer server : servers.values()) {
            ServerReport report = server.report();
            for (CopyReport copy : report.joined()) {
                Partition row = table.partition(copy.partition());
                if (copy.copy().equals(joiner)
                        && copy.epoch() == row.epoch()
                        && row.joining().contains(joiner)) {
                    partitions.add(copy.partition());
                }
            }
        }
        return partitions;
    }

    private static Partition inSync(Partition row, ServerId joiner) {
        List<ServerId> more = new ArrayList<>(row.inSync());
        more.add(joiner);
        return row.with(row.epoch(), more, List.of());
    }

    List<ServerId> ids(Collection<String> names) {
        return names.stream().map(name -> server(name).id()).toList();
    }

    // --- as a client

    WriteResult set(String key, String value) {
        return write(WriteKind.SET, key, value);
    }

    /** Sets a value that expires after some seconds; -1 at once. */
    WriteResult setExpiring(String key, String value, long exptime) {
        return write(WriteKind.SET, key, value, exptime);
    }

    WriteResult write(WriteKind kind, String key, String value) {
        return write(kind, key, value, 0);
    }

    private WriteResult write(WriteKind kind, String key, String value, long exptime) {
        Bytes bytes = Bytes.utf8(key);
        int partition = PartitionHash.partitionOf(bytes, PARTITIONS);
        Write write = new Write(
                partition,
                table.version(),
                77,
                ++counter,
                counter,
                kind,
                false,
                bytes,
                0,
                exptime,
                0,
                1,
                Bytes.utf8(value),
                WriteOptions.NONE);
        return call(partition, write);
    }

    GetResult get(String key) {
        Bytes bytes = Bytes.utf8(key);
        int partition = PartitionHash.partitionOf(bytes, PARTITIONS);
        return call(partition, new Get(partition, table.version(), false, bytes));
    }

    /** Asks once; empty if there is no answer. */
    Optional<GetResult> tryGet(String key) {
        Bytes bytes = Bytes.utf8(key);
        int partition = PartitionHash.partitionOf(bytes, PARTITIONS);
        HostPort primary = table.server(table.partition(partition).primary().orElseThrow())
                .orElseThrow()
                .address();
        return callOnce(
                clients.computeIfAbsent(primary, address -> connect(address, Role.GATEWAY)),
                new Get(partition, table.version(), false, bytes));
    }

    int partitionOf(String key) {
        return PartitionHash.partitionOf(Bytes.utf8(key), PARTITIONS);
    }

    /** What a read of that key fails with. */
    ErrorCode errorOf(String key) {
        int partition = partitionOf(key);
        HostPort primary = table.server(table.partition(partition).primary().orElseThrow())
                .orElseThrow()
                .address();
        RpcClient client = clients.computeIfAbsent(primary, address -> connect(address, Role.GATEWAY));
        Get get = new Get(partition, table.version(), false, Bytes.utf8(key));
        return TestServer.await(client.call(get, 2_000)
                .map(found -> ErrorCode.INTERNAL)
                .recover(failure -> Future.succeededFuture(((KumoException) failure).code())));
    }

    /** How many keys of that copy differ from the primary's, over all partitions. */
    long verify(String copy) {
        long differing = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Bytes after = Bytes.EMPTY;
            do {
                VerifyResult piece = call(partition, new Verify(partition, after));
                differing += piece.copies().stream()
                        .filter(each -> each.copy().equals(server(copy).id()))
                        .mapToLong(CopyDifference::keys)
                        .sum();
                after = piece.lastKey();
            } while (!after.isEmpty());
        }
        return differing;
    }

    /** Copies of a partition that the primary has mended now. */
    int mend(int partition) {
        return call(partition, new Mend(partition, List.of(), false)).copies();
    }

    /** Asks that server once, as kumoctl does; its error if it refuses. */
    <R extends Message> R ask(String name, Call<R> call) {
        return TestServer.await(send(name, call));
    }

    /** The same, without waiting for the answer. */
    <R extends Message> Future<R> send(String name, Call<R> call) {
        RpcClient client =
                operators.computeIfAbsent(server(name).address(), address -> connect(address, Role.OPERATOR));
        TestServer.await(client.whenConnected(2_000));
        return client.call(call, 5_000);
    }

    /** Asks the primary, again and again until it answers. */
    private <R extends Message> R call(int partition, Call<R> call) {
        HostPort primary = table.server(table.partition(partition).primary().orElseThrow())
                .orElseThrow()
                .address();
        RpcClient client = call.method().callers().include(Role.GATEWAY)
                ? clients.computeIfAbsent(primary, address -> connect(address, Role.GATEWAY))
                : operators.computeIfAbsent(primary, address -> connect(address, Role.OPERATOR));
        Optional<R> answer = callOnce(client, call);
        return answer.isPresent()
                ? answer.get()
                : Awaitility.await()
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> callOnce(client, call), Optional::isPresent)
                        .orElseThrow();
    }

    private static <R extends Message> Optional<R> callOnce(RpcClient client, Call<R> call) {
        return TestServer.await(client.call(call, 2_000).map(Optional::of).otherwise(Optional.empty()));
    }

    private RpcClient connect(HostPort address, Role role) {
        return new RpcClient(
                vertx,
                ((VertxInternal) vertx).createEventLoopContext(),
                address,
                () -> new Hello(1, "", role.program(), "test", "test"),
                new RpcHandlers(),
                () -> 0,
                RpcLimits.DEFAULT);
    }

    void setAll(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            assertEquals(
                    WriteStatus.DONE, set(prefix + i, "value of " + prefix + i).status());
        }
    }

    /** Large values, each of which tells its key. */
    void setLarge(String prefix, int count, int bytes) {
        for (int i = 0; i < count; i++) {
            String value = prefix + i + "x".repeat(bytes);
            assertEquals(WriteStatus.DONE, set(prefix + i, value).status());
        }
    }

    void checkLarge(String prefix, int count, int bytes) {
        for (int i = 0; i < count; i++) {
            assertEquals(prefix + i + "x".repeat(bytes), get(prefix + i).value().toUtf8());
        }
    }

    void checkAll(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            GetResult result = get(prefix + i);
            assertEquals("value of " + prefix + i, result.value().toUtf8(), prefix + i);
        }
    }

    @Override
    public void close() {
        servers.values().forEach(server -> assertEquals(List.of(), server.failures()));
        servers.values().forEach(TestServer::kill);
        TestServer.await(vertx.close());
    }
}
