package io.kumo.manager.runtime;

import io.kumo.protocol.AuthMessages.MqttTicket;
import io.kumo.protocol.AuthMessages.MqttTicketGet;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.security.Tickets;
import io.kumo.security.runtime.NodeSecurity;

/** Gives those who have proved the cluster's key by RPC what opens the MQTT port of this manager. */
final class TicketService {
    private static final int MOST = 4096;
    private static final long GOOD_FOR_MS = 10_000;

    private final NodeSecurity security;
    private final Tickets tickets = new Tickets(MOST, GOOD_FOR_MS);

    TicketService(NodeSecurity security) {
        this.security = security;
    }

    Tickets tickets() {
        return tickets;
    }

    void serve(RpcHandlers handlers) {
        handlers.on(MqttTicketGet.METHOD, (from, call, reply) -> reply.ok(ticket()));
    }

    private MqttTicket ticket() {
        if (security.keys().isEmpty()) {
            return new MqttTicket("", "");
        }
        MqttTicket ticket = new MqttTicket(Tickets.text(security.nonce()), Tickets.text(security.nonce()));
        tickets.issue(ticket.user(), ticket.password(), System.nanoTime() / 1_000_000);
        return ticket;
    }
}
