package io.kumo.manager.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.register.runtime.RegisterPeers;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** One kept connection to each manager and server that this manager talks to. On the manager's loop. */
final class Peers implements RegisterPeers {
    private final Vertx vertx;
    private final Context context;
    private final Supplier<Hello> self;
    private final RpcHandlers handlers;
    private final LongSupplier tableVersion;
    private final Map<Voter, RpcClient> clients = new HashMap<>();

    Peers(Vertx vertx, Context context, Supplier<Hello> self, RpcHandlers handlers, LongSupplier tableVersion) {
        this.vertx = vertx;
        this.context = context;
        this.self = self;
        this.handlers = handlers;
        this.tableVersion = tableVersion;
    }

    @Override
    public RpcClient client(Voter voter, HostPort address) {
        RpcClient known = clients.get(voter);
        if (known != null && known.address().equals(address)) {
            return known;
        }
        if (known != null) {
            known.close();
        }
        RpcClient made = new RpcClient(vertx, context, address, self, handlers, tableVersion, RpcLimits.DEFAULT);
        clients.put(voter, made);
        return made;
    }

    RpcClient manager(HostPort address) {
        return client(new ManagerVoter(address), address);
    }

    /** Closes connections to servers that are not of this table. */
    void retain(ClusterTable table) {
        Iterator<Map.Entry<Voter, RpcClient>> entries = clients.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Voter, RpcClient> entry = entries.next();
            if (entry.getKey() instanceof ServerVoter server
                    && table.server(server.id()).isEmpty()) {
                entry.getValue().close();
                entries.remove();
            }
        }
    }

    void close() {
        clients.values().forEach(RpcClient::close);
        clients.clear();
    }
}
