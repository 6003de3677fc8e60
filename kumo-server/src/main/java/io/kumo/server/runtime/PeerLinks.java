package io.kumo.server.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.Call;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection from an event loop to every other server of the table, for all that its partitions have to tell that
 * server: entries, receipts and leases of one turn leave in one write. A server is known by its id: when the table
 * gives it another address, it is connected to anew. Used on its event loop only.
 */
final class PeerLinks {
    /** Told when a connection is made or lost. */
    @FunctionalInterface
    interface Listener {
        void onPeer(ServerId peer, boolean connected);
    }

    private final ServerId self;
    private final Function<HostPort, RpcClient> connect;
    private final Listener listener;
    private final Map<ServerId, RpcClient> clients = new HashMap<>();
    private boolean isClosed;

    /** @param connect makes a kept connection that lives on this event loop */
    PeerLinks(ServerId self, Function<HostPort, RpcClient> connect, Listener listener) {
        this.self = self;
        this.connect = connect;
        this.listener = listener;
    }

    /** Connects to the servers of that table, and to no others. */
    void onTable(ClusterTable table) {
        if (isClosed) {
            return;
        }
        Set<ServerId> named = new HashSet<>();
        for (ServerInfo info : table.servers()) {
            if (!info.id().equals(self)) {
                named.add(info.id());
                connectTo(info);
            }
        }
        for (Iterator<Map.Entry<ServerId, RpcClient>> it = clients.entrySet().iterator(); it.hasNext(); ) {
            Map.Entry<ServerId, RpcClient> entry = it.next();
            if (!named.contains(entry.getKey())) {
                it.remove();
                entry.getValue().close();
            }
        }
    }

    private void connectTo(ServerInfo info) {
        RpcClient present = clients.get(info.id());
        if (present != null && present.address().equals(info.address())) {
            return;
        }
        if (present != null) {
            present.close();
        }
        ServerId id = info.id();
        RpcClient client = connect.apply(info.address());
        clients.put(id, client);
        client.onStateChange(connected -> {
            if (clients.get(id) == client) {
                listener.onPeer(id, connected);
            }
        });
    }

    /** Sends one way; false if it was dropped, which the replicas heal. */
    boolean send(ServerId to, Call<?> notice) {
        RpcClient client = clients.get(to);
        return client != null && client.send(notice);
    }

    /** The kept connection to a server of the table; null for others. */
    @Nullable
    RpcClient client(ServerId peer) {
        return clients.get(peer);
    }

    void close() {
        isClosed = true;
        clients.values().forEach(RpcClient::close);
        clients.clear();
    }
}
