package io.kumo.sim;

import io.kumo.base.HostPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The network between the processes: addresses, connections, and which directions are cut. A cut holds back what is
 * sent until it is mended or the connection breaks, as TCP does.
 */
final class SimNetwork {
    private final SimTime time;
    private final Wire wire = new Wire();
    private final Map<HostPort, Listener> listeners = new HashMap<>();
    private final Set<SimConnection> connections = new LinkedHashSet<>();
    private final Set<Direction> cuts = new HashSet<>();
    private long slowNs;

    private record Direction(SimProcess from, SimProcess to) {}

    private record Listener(SimProcess process, SimHandlers handlers) {}

    SimNetwork(SimTime time) {
        this.time = time;
    }

    SimTime time() {
        return time;
    }

    Wire wire() {
        return wire;
    }

    void listen(HostPort address, SimProcess process, SimHandlers handlers) {
        listeners.put(address, new Listener(process, handlers));
    }

    /** What a packet takes now. */
    long delayNs() {
        long base = time.between(20_000, SimTime.MS);
        return time.chance(0.01) ? base + time.between(0, 30 * SimTime.MS) + slowNs : base + slowNs / 4;
    }

    /** Makes all packets slower, up to that. */
    void slow(long ns) {
        slowNs = ns;
    }

    boolean isCut(SimProcess from, SimProcess to) {
        return cuts.contains(new Direction(from, to));
    }

    boolean isCutEitherWay(SimProcess one, SimProcess other) {
        return isCut(one, other) || isCut(other, one);
    }

    void cut(SimProcess from, SimProcess to) {
        cuts.add(new Direction(from, to));
    }

    /** What was held back in that direction goes on its way. */
    void mend(SimProcess from, SimProcess to) {
        cuts.remove(new Direction(from, to));
        List.copyOf(connections).stream()
                .filter(connection -> connection.touches(from) && connection.touches(to))
                .forEach(SimConnection::flushHeld);
    }

    /** Mends everything. */
    void mend() {
        cuts.clear();
        List.copyOf(connections).forEach(SimConnection::flushHeld);
    }

    /** The connection's first packet reaches the listener, or nobody. */
    void accept(SimConnection connection, HostPort address) {
        Listener listener = listeners.get(address);
        if (listener == null || !listener.process().isUp() || isCutEitherWay(connection.client(), listener.process())) {
            connection.refused();
            return;
        }
        connections.add(connection);
        connection.reach(listener.process(), listener.handlers());
    }

    void forget(SimConnection connection) {
        connections.remove(connection);
    }

    /** The process died: its peers notice, at once if its host lives, after a while if it does not. */
    void onDeath(SimProcess process, boolean withHost) {
        for (SimConnection connection : of(process)) {
            connection.die(process, withHost);
        }
    }

    /** Breaks some connections of the process. */
    void breakSome(SimProcess process) {
        for (SimConnection connection : of(process)) {
            if (time.chance(0.5)) {
                connection.close();
            }
        }
    }

    private List<SimConnection> of(SimProcess process) {
        List<SimConnection> found = new ArrayList<>();
        for (SimConnection connection : connections) {
            if (connection.touches(process)) {
                found.add(connection);
            }
        }
        return found;
    }
}
