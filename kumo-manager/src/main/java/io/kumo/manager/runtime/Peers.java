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
import java.util.function.BiConsumer;
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
    private BiConsumer<Voter, HostPort> nobodyThere = (voter, address) -> {};

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
        made.onNobodyThere(() -> nobodyThere.accept(voter, address));
        clients.put(voter, made);
        return made;
    }

    RpcClient manager(HostPort address) {
        return client(new ManagerVoter(address), address);
    }

    /** Is told, again and again, of voters at whose address nobody listens. */
    void onNobodyThere(BiConsumer<Voter, HostPort> listener) {
        nobodyThere = listener;
    }

    /**
     * Keeps a connection to everybody in the table: a manager that has to lead from one moment to the next can ask them
     * at once, and whose process has ended is noticed at once. Closes those to servers that are not of the table.
     */
    void retain(ClusterTable table, HostPort own) {
        table.managers().stream().filter(manager -> !manager.equals(own)).forEach(this::manager);
        table.servers().forEach(server -> client(new ServerVoter(server.id()), server.address()));
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
