package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.config.OptionParser;
import io.kumo.error.ErrorCode;
import io.kumo.node.runtime.AdminServer;
import io.kumo.node.runtime.Health;
import io.kumo.node.runtime.Metrics;
import io.kumo.node.runtime.Node;
import io.kumo.node.runtime.SystemClock;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import io.kumo.table.TableCodec;
import io.kumo.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server within the test's process, with an event loop and a directory of its own, that nobody but the test leads.
 */
final class TestServer {
    private final Vertx vertx;
    private final DataNode data;
    private final ServerReports reports;
    private final HostPort address;
    private final AtomicLong aheadMs = new AtomicLong();
    private final Metrics metrics = new Metrics();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    TestServer(Path store, String... more) {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        vertx.exceptionHandler(fault -> failures.add("fault " + fault));
        List<String> commandLine = new ArrayList<>(
                List.of("-l", "127.0.0.1:0", "-m", "127.0.0.1:1", "-s", store.toString(), "--disk-reserve", "0"));
        commandLine.addAll(List.of(more));
        OptionParser parser = new OptionParser("kumo-server", "", "test", ServerOptions.specs());
        Node node = new Node(
                vertx,
                new AheadClock(),
                metrics,
                new AdminServer(vertx, metrics, Health::serving),
                parser.parse(commandLine),
                "test",
                NodeSecurity.open(),
                this::onStop);
        data = new DataNode(node, ServerOptions.of(node.options(), 64L << 20, 2));
        data.handlers().on(TableGet.METHOD, (from, call, reply) -> {
            ClusterTable table = data.tables().orNull();
            boolean isNewer = table != null && table.version() > call.knownVersion();
            reply.ok(new TableResult(data.tables().version(), isNewer ? TableCodec.encode(table) : Bytes.EMPTY));
        });
        address = await(data.start(table -> Future.succeededFuture()));
        reports = new ServerReports(
                new ServerReports.Identity(address, "", data.isIntact(), 1, false),
                data.storage(),
                data.tables(),
                data.shards(),
                data.counts(),
                data.copied(),
                data::load);
    }

    /** The host's clock, and what the test lets pass at once. */
    private final class AheadClock implements Clock {
        @Override
        public long monotonicNs() {
            return SystemClock.INSTANCE.monotonicNs() + TimeUnit.MILLISECONDS.toNanos(aheadMs.get());
        }

        @Override
        public long wallMs() {
            return SystemClock.INSTANCE.wallMs() + aheadMs.get();
        }
    }

    /** So much time is over, for this server. */
    void passMs(long ms) {
        aheadMs.addAndGet(ms);
    }

    /** Nothing is done on the thread for backups until what is returned is completed. */
    Promise<Void> holdBackups() {
        Promise<Void> released = Promise.promise();
        Promise<Void> held = Promise.promise();
        WorkerExecutor thread = vertx.createSharedWorkerExecutor("kumo-backup", 1);
        thread.executeBlocking(() -> {
                    held.complete();
                    return await(released.future());
                })
                .onComplete(done -> thread.close());
        await(held.future());
        return released;
    }

    private void onStop(ErrorCode code, String text) {
        failures.add(code + " " + text);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("failed: " + e, e);
        }
    }

    ServerId id() {
        return data.storage().directory().serverId();
    }

    HostPort address() {
        return address;
    }

    DataNode data() {
        return data;
    }

    /** As the leader would put it into the table. */
    ServerInfo info() {
        return new ServerInfo(id(), address, data.storage().directory().incarnation(), "", ServerState.ATTACHED, true);
    }

    ServerReport report() {
        return await(reports.gather(data.shards().control().loop().context()));
    }

    /** As /metrics shows them. */
    String metrics() {
        return metrics.scrape();
    }

    /** What a server would have stopped the process for. */
    List<String> failures() {
        return failures;
    }

    /** Ends it without a word to anybody. */
    void kill() {
        await(data.close());
        await(vertx.close());
    }

    /** Waits until everything is in the store. */
    void checkpoint() {
        for (Shard shard : data.shards().all()) {
            Promise<Void> done = Promise.promise();
            shard.loop().run(() -> shard.checkpointer().begin().onComplete(done));
            await(done.future());
        }
    }
}
