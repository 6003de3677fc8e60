package io.kumo.server.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.MqttAccess;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.membership.Member.ServerMember;
import io.kumo.membership.runtime.GroupOptions;
import io.kumo.membership.runtime.JGroupsMembership;
import io.kumo.protocol.AuthMessages.MqttTicketGet;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.register.runtime.RegisterDriver;
import io.kumo.register.runtime.RegisterOptions;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.server.store.runtime.StoreDirectory;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes a server part of a cluster: reports to the managers, tables from them (over MQTT and RPC), a vote in the
 * register, and a place in the group. Lives on the first event loop.
 */
final class ClusterLinks {
    private static final String REGISTER_FILE = "register";
    private static final long TICKET_TIMEOUT_MS = 2_000;
    private static final long CONTACT_MS = 500;

    private final DataNode data;
    private final Context context;
    private final Map<HostPort, RpcClient> others = new HashMap<>();
    private final ManagerLinks managers;
    private final boolean isNew;
    private boolean isStopping;
    private @Nullable RegisterDriver register;
    private @Nullable TableSubscriber subscriber;
    private @Nullable JGroupsMembership membership;

    ClusterLinks(DataNode data) {
        this.data = data;
        this.context = data.shards().control().loop().context();
        this.isNew = data.storage().directory().clusterId().isEmpty();
        this.managers = new ManagerLinks(
                data.node().vertx(),
                context,
                data.options().managers(),
                manager -> data.connect(context, manager),
                data.tables(),
                this::report,
                wrong -> data.node().stopper().stop(wrong.code(), String.valueOf(wrong.getMessage())));
    }

    private Future<ServerReport> report() {
        return reports().gather(context);
    }

    private ServerReports reports() {
        return new ServerReports(
                new ServerReports.Identity(
                        data.address(),
                        data.options().zone(),
                        data.isIntact(),
                        data.options().minCopies(),
                        isStopping),
                data.storage(),
                data.tables(),
                data.shards(),
                data.counts(),
                data.copied(),
                data::load);
    }

    /** Reads the votes of before, and takes the register's calls from now on; before anything listens. */
    Future<Void> open() {
        StoreDirectory directory = data.storage().directory();
        RegisterOptions options = RegisterOptions.of(
                new ServerVoter(directory.serverId()),
                data.options().managers(),
                directory.path().resolve(REGISTER_FILE),
                isNew);
        return RegisterDriver.open(data.node().vertx(), context, options, data.tables(), this::client)
                .map(opened -> {
                    register = opened;
                    opened.serve(data.handlers());
                    opened.onFatal(failure ->
                            data.node().stopper().stop(failure.code(), String.valueOf(failure.getMessage())));
                    return null;
                });
    }

    /** Completes once a start of this server would find this table, or a newer one. */
    Future<Void> kept(ClusterTable table) {
        RegisterDriver opened = register;
        return opened == null ? Future.succeededFuture() : opened.kept(table);
    }

    private RpcClient client(Voter voter, HostPort address) {
        if (voter instanceof ManagerVoter) {
            return managers.client(address);
        }
        return others.computeIfAbsent(address, to -> data.connect(context, to));
    }

    /** Once the server listens: joins the group, reports, subscribes. Fails if the managers are of another cluster. */
    Future<Void> start() {
        return managers.firstContact(CONTACT_MS).compose(ignored -> join());
    }

    private Future<Void> join() {
        StoreDirectory directory = data.storage().directory();
        List<HostPort> addresses = data.options().managers();
        JGroupsMembership group = new JGroupsMembership(
                context,
                new GroupOptions(
                        new ServerMember(directory.serverId(), directory.incarnation()),
                        new HostPort(data.options().groupHost(), 0),
                        addresses.stream().map(GroupOptions::groupAddress).toList(),
                        data.tables()::clusterId,
                        data.node().security()));
        membership = group;
        return group.start()
                .onSuccess(ignored -> context.runOnContext(onLoop -> {
                    subscriber = new TableSubscriber(
                            data.node().vertx(),
                            context,
                            DataNode.ROLE + "-" + directory.serverId() + "-"
                                    + Long.toHexString(directory.incarnation()),
                            addresses.stream().map(TableSubscriber::mqttAddress).toList(),
                            data.tables(),
                            managers::askTable,
                            new MqttAccess(
                                    data.node().security(),
                                    at -> managers.client(TableSubscriber.rpcAddress(at))
                                            .call(new MqttTicketGet(), TICKET_TIMEOUT_MS)));
                    subscriber.start();
                    managers.start();
                    data.onReportChanged(managers::changed);
                }));
    }

    /** Tells the managers that this server is about to end: others are to take over while it still serves. */
    void announceStop() {
        context.runOnContext(onLoop -> {
            isStopping = true;
            managers.changed();
        });
    }

    /** Leaves the group and reports no more, so that the leader gives this server's partitions to others at once. */
    Future<Void> leave() {
        data.onReportChanged(() -> {});
        managers.close();
        return membership == null
                ? Future.succeededFuture()
                : membership.close().otherwiseEmpty();
    }

    Future<Void> close() {
        Future<Void> closed = subscriber == null ? Future.succeededFuture() : subscriber.close();
        others.values().forEach(RpcClient::close);
        RegisterDriver opened = register;
        return closed.otherwiseEmpty().compose(ignored -> opened == null ? Future.succeededFuture() : opened.close());
    }

    /** Whether others could take over what this server serves: some manager is there, and another server. */
    boolean canHandOver() {
        ClusterTable table = data.tables().orNull();
        return managers.connectedCount() > 0
                && table != null
                && table.servers().stream()
                        .anyMatch(info -> info.isAttached()
                                && !info.id().equals(data.storage().directory().serverId()));
    }

    long connectedManagers() {
        return managers.connectedCount();
    }
}
