package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.ServerReportResult;
import io.kumo.register.Voter;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process with a register driver on real connections, for tests; can be stopped and started again. */
final class RegisterNode {
    final Vertx vertx;
    final Voter self;
    final HostPort address;
    final List<HostPort> managers;
    final Path directory;
    TableHolder holder = new TableHolder("");
    RegisterDriver driver;
    Context context;
    private RpcServer server;
    private final Map<HostPort, RpcClient> clients = new ConcurrentHashMap<>();

    RegisterNode(Vertx vertx, Voter self, HostPort address, List<HostPort> managers, Path directory) {
        this.vertx = vertx;
        this.self = self;
        this.address = address;
        this.managers = managers;
        this.directory = directory;
    }

    static HostPort freeAddress() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new HostPort("127.0.0.1", socket.getLocalPort());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    void start(boolean isNew) {
        holder = new TableHolder("");
        context = vertx.getOrCreateContext();
        RpcHandlers handlers = new RpcHandlers();
        server = new RpcServer(vertx, this::hello, handlers, holder::version, RpcLimits.DEFAULT);
        RegisterOptions options =
                new RegisterOptions(self, managers, directory.resolve("register"), isNew, 1_000, 5_000);
        driver = await(RegisterDriver.open(vertx, context, options, holder, (voter, to) -> client(to)));
        driver.serve(handlers);
        handlers.on(ServerReport.METHOD, (from, report, reply) -> {
            driver.onServerReport(report, from);
            reply.ok(new ServerReportResult(false, holder.version(), holder.clusterId()));
        });
        await(server.listen(address));
    }

    private RpcClient client(HostPort to) {
        return clients.computeIfAbsent(
                to,
                added -> new RpcClient(
                        vertx, context, to, this::hello, new RpcHandlers(), holder::version, RpcLimits.DEFAULT));
    }

    private Hello hello() {
        return new Hello(1, holder.clusterId(), "manager", address.toString(), "test");
    }

    void stop() {
        if (driver != null) {
            await(driver.close());
            await(server.close());
            clients.values().forEach(RpcClient::close);
            clients.clear();
            driver = null;
        }
    }

    ClusterTable propose() {
        ClusterTable known = holder.table().orElseThrow();
        return await(driver.propose(known.next(known.servers(), known.partitions())));
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
