package io.kumo.register;

import io.kumo.base.HostPort;
import io.kumo.table.ServerId;

/** Who votes on the next table: a manager, or a server of the last committed table. */
public sealed interface Voter {
    /**
     * A manager.
     *
     * @param address where it listens for RPC; as spelled in every manager's configuration
     */
    record ManagerVoter(HostPort address) implements Voter {
        @Override
        public String toString() {
            return "manager/" + address;
        }
    }

    /** A server, known by the id in its directory: one with an empty directory is another voter. */
    record ServerVoter(ServerId id) implements Voter {
        @Override
        public String toString() {
            return "server/" + id;
        }
    }
}
