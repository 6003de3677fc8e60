package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.TextReplies;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** {@code stats conns}: listeners and clients of all loops. Any loop may ask; clients' states may be a moment old. */
final class ConnectionsReport {
    /** Further clients are not listed: the answer is made in one turn. */
    private static final int MOST = 10_000;

    private static final long NS_PER_S = 1_000_000_000L;

    private ConnectionsReport() {}

    /** @param asking whose command is carried out just now */
    static void write(Gateway gateway, ClientSession asking, ByteBuf out) {
        int number = 0;
        List<ListenerOptions> listeners = gateway.options().listeners();
        for (int i = 0; i < listeners.size(); i++, number++) {
            stat(out, number, "addr", gateway.listeners().memcachedAddress(i));
            stat(out, number, "state", "conn_listening");
        }
        long now = gateway.clock().monotonicNs();
        for (ClientSession session : gateway.sessions()) {
            if (number == MOST) {
                break;
            }
            stat(out, number, "addr", session.admission().remote());
            stat(out, number, "listen_addr", session.admission().local());
            stat(out, number, "state", state(session, asking));
            long lastNs = session.patience().commandNs();
            stat(out, number, "secs_since_last_cmd", Long.toString((now - lastNs) / NS_PER_S));
            number++;
        }
    }

    private static String state(ClientSession session, ClientSession asking) {
        if (session.equals(asking)) {
            return "conn_parse_cmd";
        }
        return !session.isQuiet() ? "conn_mwrite" : session.patience().isPartial() ? "conn_nread" : "conn_read";
    }

    private static void stat(ByteBuf out, int number, String name, String value) {
        TextReplies.stat(out, number + ":" + name, value);
    }
}
