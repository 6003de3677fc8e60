package io.kumo.ctl.runtime;

import io.kumo.protocol.AuthMessages.MqttTicket;
import io.kumo.protocol.AuthMessages.MqttTicketGet;
import java.util.List;

/** Commands of kumoctl about who may talk to whom. */
final class SecurityCommands {
    static final List<Subcommand> ALL = List.of(new Subcommand(
            "mqtt-ticket",
            "",
            0,
            "Print user and password that open this manager's MQTT port once, within 10 s, for mosquitto_sub and"
                    + " others; nothing if it has no cluster key.",
            List.of(),
            SecurityCommands::ticket));

    private SecurityCommands() {}

    private static int ticket(Invocation run) {
        MqttTicket ticket = run.client().ask(run.client().manager(), new MqttTicketGet());
        if (!ticket.user().isEmpty()) {
            run.out().println("-u " + ticket.user() + " -P " + ticket.password());
        }
        return 0;
    }
}
