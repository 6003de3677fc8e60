package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server that has no data: it reports to all managers, follows the table, and says at once that joiners have all. */
final class FakeServer {
    private static final long REPORT_MS = 100;

    private final Vertx vertx;
    private final ServerId id;
    private final long incarnation;
    private final List<RpcClient> managers = new ArrayList<>();
    private final long timer;
    private volatile @Nullable ClusterTable table;

    FakeServer(Vertx vertx, Context context, long id, long incarnation, List<HostPort> managers) {
        this.vertx = vertx;
        this.id = new ServerId(id);
        this.incarnation = incarnation;
        for (HostPort manager : managers) {
            Hello hello = new Hello(1, "", "server", this.id.toString(), "test");
            this.managers.add(
                    new RpcClient(vertx, context, manager, () -> hello, new RpcHandlers(), () -> 0, RpcLimits.DEFAULT));
        }
        this.timer = vertx.setPeriodic(1, REPORT_MS, ignored -> context.runOnContext(onLoop -> report()));
    }

    private void report() {
        for (RpcClient manager : managers) {
            if (manager.isConnected()) {
                manager.call(current(), 1_000).onSuccess(receipt -> {
                    ClusterTable known = table;
                    if (receipt.tableVersion() > (known == null ? 0 : known.version())) {
                        manager.call(new TableGet(0), 1_000)
                                .onSuccess(result -> learn(TableCodec.decode(result.table())));
                    }
                });
            }
        }
    }

    private void learn(ClusterTable newer) {
        ClusterTable known = table;
        if (known == null || newer.version() > known.version()) {
            table = newer;
        }
    }

    private ServerReport current() {
        ClusterTable known = table;
        List<CopyReport> joined = new ArrayList<>();
        if (known != null && known.server(id).map(ServerInfo::incarnation).orElse(0L) == incarnation) {
            for (Partition row : known.partitions()) {
                if (row.isPrimary(id)) {
                    row.joining().forEach(copy -> joined.add(new CopyReport(row.id(), row.epoch(), copy)));
                }
            }
        }
        return new ServerReport(
                id,
                new HostPort("127.0.0.1", 1),
                incarnation,
                "",
                known == null ? "" : known.clusterId(),
                known == null ? 0 : known.version(),
                true,
                7,
                70,
                0,
                0,
                List.of(),
                joined,
                List.of(),
                1,
                false,
                List.of(),
                ServerLoad.NONE);
    }

    @Nullable
    ClusterTable table() {
        return table;
    }

    void kill() {
        vertx.cancelTimer(timer);
        managers.forEach(RpcClient::close);
    }
}
