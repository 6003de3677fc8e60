package io.kumo.table;

import io.kumo.base.HostPort;

/**
 * A server of the table.
 *
 * @param address where it listens for RPC now
 * @param incarnation of its process: a server acts in the table only while this is its own number, so that a restarted
 *     one, which forgot what it had promised, first gets new epochs
 * @param zone copies of a partition go to different zones where there are enough; empty if not given
 * @param placed whether the planner may put copies on it (not after attach-noreplace, detach or a long fault)
 */
public record ServerInfo(
        ServerId id, HostPort address, long incarnation, String zone, ServerState state, boolean placed) {

    public boolean isAttached() {
        return state == ServerState.ATTACHED;
    }

    /** Whether it may be a copy of something: it is not marked as faulty. */
    public boolean isAlive() {
        return state != ServerState.FAULT;
    }

    public ServerInfo withState(ServerState newState) {
        return new ServerInfo(id, address, incarnation, zone, newState, placed);
    }

    public ServerInfo withPlaced(boolean newPlaced) {
        return new ServerInfo(id, address, incarnation, zone, state, newPlaced);
    }

    /** The same server after a restart, perhaps elsewhere. */
    public ServerInfo restartedAs(HostPort newAddress, long newIncarnation, String newZone) {
        return new ServerInfo(id, newAddress, newIncarnation, newZone, state, placed);
    }
}
