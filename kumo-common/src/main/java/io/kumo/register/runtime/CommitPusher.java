package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.CommittedResult;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all managers and servers of a table that was decided here. At most one table is under way to each, the newest;
 * a few attempts, then others' reports and MQTT have to do. Lives on one context.
 */
final class CommitPusher {
    private static final Logger LOG = LoggerFactory.getLogger(CommitPusher.class);
    private static final int MOST_ATTEMPTS = 8;
    private static final long PAUSE_MS = 250;

    private final Vertx vertx;
    private final Context context;
    private final RegisterOptions options;
    private final RegisterPeers peers;
    private final Map<HostPort, Push> pushes = new HashMap<>();

    CommitPusher(Vertx vertx, Context context, RegisterOptions options, RegisterPeers peers) {
        this.vertx = vertx;
        this.context = context;
        this.options = options;
        this.peers = peers;
    }

    /** @param before the table that the decided one follows: who is no longer in it must know that too */
    void push(ClusterTable before, ClusterTable decided) {
        Map<HostPort, Voter> everybody = new LinkedHashMap<>();
        options.managers().forEach(manager -> everybody.put(manager, new ManagerVoter(manager)));
        decided.managers().forEach(manager -> everybody.put(manager, new ManagerVoter(manager)));
        for (ServerInfo server : before.servers()) {
            everybody.put(server.address(), new ServerVoter(server.id()));
        }
        for (ServerInfo server : decided.servers()) {
            everybody.put(server.address(), new ServerVoter(server.id()));
        }
        Committed message = new Committed(decided);
        everybody.forEach((address, voter) -> {
            if (!voter.equals(options.self())) {
                offer(voter, address, message);
            }
        });
    }

    /** Sends one table to one voter now, if it is connected. */
    void pushTo(Voter voter, HostPort address, ClusterTable table) {
        offer(voter, address, new Committed(table));
    }

    private void offer(Voter voter, HostPort address, Committed message) {
        pushes.computeIfAbsent(address, to -> new Push(to, voter, message)).offer(voter, message);
    }

    private final class Push {
        private final HostPort address;
        private Voter voter;
        private Committed newest;
        private boolean isBusy;
        private int attempt;

        Push(HostPort address, Voter voter, Committed first) {
            this.address = address;
            this.voter = voter;
            this.newest = first;
        }

        void offer(Voter to, Committed message) {
            if (message.table().version() > newest.table().version()) {
                voter = to;
                newest = message;
                attempt = 0;
            }
            if (!isBusy) {
                send();
            }
        }

        private void send() {
            Committed sent = newest;
            isBusy = true;
            RpcClient client = peers.client(voter, address);
            client.whenConnected(options.callTimeoutMs())
                    .compose(connected -> client.call(sent, options.callTimeoutMs()))
                    .onComplete(result -> context.runOnContext(onLoop -> {
                        if (result.succeeded()) {
                            onReceipt(sent, result.result());
                        } else {
                            onFailure(sent, result.cause());
                        }
                    }));
        }

        private void onReceipt(Committed sent, CommittedResult receipt) {
            isBusy = false;
            if (newest.table().version() > Math.max(sent.table().version(), receipt.version())) {
                send();
            } else {
                pushes.remove(address, this);
            }
        }

        private void onFailure(Committed sent, Throwable cause) {
            if (newest.table().version() == sent.table().version() && ++attempt >= MOST_ATTEMPTS) {
                isBusy = false;
                pushes.remove(address, this);
                LOG.debug(
                        "table not delivered version={} to={} reason={}",
                        sent.table().version(),
                        address,
                        cause);
                return;
            }
            vertx.setTimer(PAUSE_MS, timer -> send());
        }
    }
}
