package io.kumo.membership;

import io.kumo.base.HostPort;
import io.kumo.table.ServerId;
import java.util.Locale;
import java.util.Optional;

/** A process of the group, known by its logical name. */
public sealed interface Member {
    /** {@code manager/HOST:PORT} or {@code server/HEXID/INCARNATION}; {@link #parse} reads it. */
    String logicalName();

    /**
     * A manager.
     *
     * @param address where it listens for RPC
     */
    record ManagerMember(HostPort address) implements Member {
        @Override
        public String logicalName() {
            return "manager/" + address;
        }
    }

    /**
     * A server.
     *
     * @param incarnation random number of the process
     */
    record ServerMember(ServerId id, long incarnation) implements Member {
        @Override
        public String logicalName() {
            return String.format(Locale.ROOT, "server/%s/%016x", id, incarnation);
        }
    }

    /** Reads a logical name; empty for what is neither, such as a member of a later version. */
    static Optional<Member> parse(String logicalName) {
        String[] parts = logicalName.split("/", -1);
        try {
            if (parts.length == 2 && parts[0].equals("manager")) {
                return Optional.of(new ManagerMember(HostPort.parse(parts[1], 0)));
            }
            if (parts.length == 3 && parts[0].equals("server")) {
                return Optional.of(new ServerMember(ServerId.parse(parts[1]), Long.parseUnsignedLong(parts[2], 16)));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
