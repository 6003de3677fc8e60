package io.kumo.bus.runtime;

import io.kumo.base.HostPort;
import io.kumo.protocol.AuthMessages.MqttTicket;
import io.kumo.security.runtime.NodeSecurity;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * How a subscriber is let in at managers.
 *
 * @param security of this process
 * @param tickets asks the manager with that MQTT address for a ticket, by RPC, on the subscriber's context
 */
public record MqttAccess(NodeSecurity security, Function<HostPort, Future<MqttTicket>> tickets) {
    /** Where nothing is asked for. */
    public static MqttAccess open() {
        return new MqttAccess(NodeSecurity.open(), manager -> Future.succeededFuture(new MqttTicket("", "")));
    }

    Future<MqttTicket> ticket(HostPort manager) {
        return security.keys().isPresent() ? tickets.apply(manager) : Future.succeededFuture(new MqttTicket("", ""));
    }
}
