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

    static void write(Gateway gateway, ByteBuf out) {
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
            stat(out, number, "state", session.isQuiet() ? "conn_read" : "conn_mwrite");
            stat(out, number, "secs_since_last_cmd", Long.toString((now - session.lastCommandNs()) / NS_PER_S));
            number++;
        }
    }

    private static void stat(ByteBuf out, int number, String name, String value) {
        TextReplies.stat(out, number + ":" + name, value);
    }
}
