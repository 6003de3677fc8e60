package io.kumo.sim;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import java.util.ArrayDeque;
import java.util.Deque;

/** One connection: packets of each direction arrive in their order, late, or never once it is closed. */
final class SimConnection {
    /** The end that connected. */
    interface Client {
        void onOpen(SimConnection connection);

        void onClose(SimConnection connection);
    }

    private final SimNetwork network;
    private final SimProcess client;
    private final long clientLife;
    private final Object clientName;
    private final Client owner;
    private final Deque<Runnable> heldToServer = new ArrayDeque<>();
    private final Deque<Runnable> heldToClient = new ArrayDeque<>();
    private SimProcess server;
    private SimHandlers handlers;
    private long serverLife;
    private long lastToServerNs;
    private long lastToClientNs;
    private boolean isClosed;

    SimConnection(SimNetwork network, SimProcess client, Object clientName, Client owner) {
        this.network = network;
        this.client = client;
        this.clientLife = client.life();
        this.clientName = clientName;
        this.owner = owner;
    }

    SimProcess client() {
        return client;
    }

    boolean touches(SimProcess process) {
        return process == client || process == server;
    }

    void refused() {
        isClosed = true;
        time().after(network.delayNs(), () -> client.runIn(clientLife, () -> owner.onClose(this)));
    }

    /** The host of that process takes the connection; the process itself answers the Hello when it runs. */
    void reach(SimProcess process, SimHandlers newHandlers) {
        server = process;
        serverLife = process.life();
        handlers = newHandlers;
        toServer(() -> toClient(() -> owner.onOpen(this)));
    }

    /** Sends a call; the answer goes to {@code reply}, in the client, unless the connection closes before. */
    void call(Call<?> call, Answered reply) {
        Call<?> received = network.wire().call(call);
        toServer(() -> handlers.onCall(clientName, this, received, new Reply(call, reply)));
    }

    /** What a call came to, at the client. */
    interface Answered {
        void on(Message result, ErrorCode error, long tableVersion);
    }

    private final class Reply implements SimHandlers.SimReply {
        private final Call<?> asked;
        private final Answered answered;
        private boolean isDone;

        Reply(Call<?> asked, Answered answered) {
            this.asked = asked;
            this.answered = answered;
        }

        @Override
        public void ok(Message result) {
            if (!isDone && !isClosed) {
                isDone = true;
                Message received = network.wire().result(asked, result);
                toClient(() -> answered.on(received, ErrorCode.INTERNAL, 0));
            }
        }

        @Override
        public void fail(ErrorCode code) {
            if (!isDone && !isClosed) {
                isDone = true;
                long version = handlers.tableVersion();
                toClient(() -> answered.on(null, code, version));
            }
        }
    }

    private SimTime time() {
        return network.time();
    }

    private void toServer(Runnable arrival) {
        if (isClosed) {
            return;
        }
        if (network.isCut(client, server) || !heldToServer.isEmpty()) {
            hold(heldToServer, arrival);
            return;
        }
        lastToServerNs = Math.max(lastToServerNs, time().nowNs() + network.delayNs());
        time().after(lastToServerNs - time().nowNs(), () -> {
            if (!isClosed) {
                server.runIn(serverLife, () -> runIfOpen(arrival));
            }
        });
    }

    private void toClient(Runnable arrival) {
        if (isClosed) {
            return;
        }
        if (network.isCut(server, client) || !heldToClient.isEmpty()) {
            hold(heldToClient, arrival);
            return;
        }
        lastToClientNs = Math.max(lastToClientNs, time().nowNs() + network.delayNs());
        time().after(lastToClientNs - time().nowNs(), () -> {
            if (!isClosed) {
                client.runIn(clientLife, () -> runIfOpen(arrival));
            }
        });
    }

    private void runIfOpen(Runnable arrival) {
        if (!isClosed) {
            arrival.run();
        }
    }

    /** TCP keeps it for a while, then gives the connection up. */
    private void hold(Deque<Runnable> held, Runnable arrival) {
        if (held.isEmpty()) {
            time().after(time().between(200 * SimTime.MS, 8 * SimTime.SECOND), () -> {
                if (!held.isEmpty()) {
                    close();
                }
            });
        }
        held.add(arrival);
    }

    void flushHeld() {
        Deque<Runnable> up = new ArrayDeque<>(heldToServer);
        Deque<Runnable> down = new ArrayDeque<>(heldToClient);
        heldToServer.clear();
        heldToClient.clear();
        up.forEach(this::toServer);
        down.forEach(this::toClient);
    }

    /** Both ends notice, each in its own time; nothing arrives any more. */
    void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        heldToServer.clear();
        heldToClient.clear();
        network.forget(this);
        noticeAtClient(time().between(0, 20 * SimTime.MS));
        noticeAtServer(time().between(0, 20 * SimTime.MS));
    }

    void die(SimProcess dead, boolean withHost) {
        isClosed = true;
        heldToServer.clear();
        heldToClient.clear();
        network.forget(this);
        boolean isSilent = withHost || network.isCutEitherWay(client, server);
        long delayNs =
                isSilent ? time().between(300 * SimTime.MS, 6 * SimTime.SECOND) : time().between(0, 5 * SimTime.MS);
        if (dead == client) {
            noticeAtServer(delayNs);
        } else {
            noticeAtClient(delayNs);
        }
    }

    private void noticeAtClient(long delayNs) {
        time().after(delayNs, () -> client.runIn(clientLife, () -> owner.onClose(this)));
    }

    private void noticeAtServer(long delayNs) {
        time().after(delayNs, () -> server.runIn(serverLife, () -> handlers.onClosed(clientName, this)));
    }
}
