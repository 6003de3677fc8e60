package io.kumo.protocol;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.table.ServerId;
import java.util.List;

/** Who is there, which table is the newest, what servers report, and what kumoctl asks managers for. */
public final class ControlMessages {
    private ControlMessages() {}

    /**
     * The first message of every connection.
     *
     * @param protocolVersion the sender's newest
     * @param clusterId empty if the sender knows none yet
     * @param role manager, server, gateway or kumoctl
     * @param name a manager's HOST:PORT, a server's id, anything for the others
     * @param build version of the program, for people
     * @param oldestVersion of the protocol that the sender speaks; 0 if it is too old to say
     */
    public record Hello(
            int protocolVersion, String clusterId, String role, String name, String build, int oldestVersion)
            implements Call<HelloResult> {
        /** Of a process that speaks what this build does. */
        public Hello(String clusterId, String role, String name, String build) {
            this(ProtocolVersion.NEWEST, clusterId, role, name, build, ProtocolVersion.OLDEST);
        }

        /** Of one that speaks a single version. */
        public Hello(int protocolVersion, String clusterId, String role, String name, String build) {
            this(protocolVersion, clusterId, role, name, build, protocolVersion);
        }

        public static final Method<Hello, HelloResult> METHOD =
                new Method<>(96, "Hello", Callers.ALL, Hello::decode, HelloResult::decode);

        @Override
        public Method<Hello, HelloResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(6)
                    .put(protocolVersion)
                    .put(clusterId)
                    .put(role)
                    .put(name)
                    .put(build)
                    .put(oldestVersion);
        }

        static Hello decode(MessageReader in) {
            in.open();
            return in.close(new Hello(in.int32(), in.text(), in.text(), in.text(), in.text(), in.int32()));
        }

        /**
         * The version that a connection with a peer speaks.
         *
         * @throws io.kumo.error.KumoException REFUSED if there is none
         */
        public int versionWith(Hello peer) {
            return ProtocolVersion.common(
                    oldestVersion,
                    protocolVersion,
                    peer.oldestVersion,
                    peer.protocolVersion,
                    peer.role + " " + peer.name);
        }

        /** Throws like {@link #versionWith} unless this process speaks what the peer chose. */
        public void check(HelloResult chosen) {
            ProtocolVersion.common(
                    oldestVersion,
                    protocolVersion,
                    chosen.protocolVersion,
                    chosen.protocolVersion,
                    chosen.role + " " + chosen.name);
        }
    }

    /**
     * Who answered.
     *
     * @param protocolVersion to be spoken on this connection
     * @param clusterId empty if not known yet
     */
    public record HelloResult(int protocolVersion, String clusterId, String role, String name, String build)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(5)
                    .put(protocolVersion)
                    .put(clusterId)
                    .put(role)
                    .put(name)
                    .put(build);
        }

        static HelloResult decode(MessageReader in) {
            in.open();
            return in.close(new HelloResult(in.int32(), in.text(), in.text(), in.text(), in.text()));
        }
    }

    /**
     * Asks a manager or a server for a newer partition table.
     *
     * @param knownVersion 0 for none
     */
    public record TableGet(long knownVersion) implements Call<TableResult> {
        public static final Method<TableGet, TableResult> METHOD =
                new Method<>(97, "TableGet", Callers.ALL, TableGet::decode, TableResult::decode);

        @Override
        public Method<TableGet, TableResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(knownVersion);
        }

        static TableGet decode(MessageReader in) {
            in.open();
            return in.close(new TableGet(in.int64()));
        }
    }

    /**
     * The newest table that is known there.
     *
     * @param version 0 for none
     * @param table as TableCodec writes it; empty if not newer than the asker's
     */
    public record TableResult(long version, Bytes table) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(version).put(table);
        }

        static TableResult decode(MessageReader in) {
            in.open();
            return in.close(new TableResult(in.int64(), in.bytes()));
        }
    }

    /**
     * What a server tells every manager, each second and as soon as it changes. It says what is, not what happened, so
     * that a lost one does no harm.
     *
     * @param address where it listens for RPC
     * @param incarnation random number of the process
     * @param zone empty if not given
     * @param clusterId empty for a new server
     * @param tableVersion the newest that it knows
     * @param intact its log has all that it ever acknowledged
     * @param items records in all copies
     * @param bytes of disk that the copies take
     * @param copiedBytes received for joining copies since its start
     * @param copyBytesPerSec of that, over the last seconds
     * @param positions of the partitions that it has whole, while the table does not name its incarnation; of those
     *     that it joins; of damaged ones
     * @param joined as primary: joiners that have all, and without whom nothing is acknowledged any more
     * @param unresponsive as primary: copies in sync that don't answer in time
     * @param minCopies with fewer copies in sync it refuses writes
     * @param stopping it is about to end, and serves until others have taken over
     * @param damaged of its own copies in sync: those that have records that can't be read, or that are not to be
     *     trusted, and that are to be repaired from others. Without a position: nothing of it can be used; so also
     *     while the table does not name its incarnation
     * @param load its operations
     */
    public record ServerReport(
            ServerId server,
            HostPort address,
            long incarnation,
            String zone,
            String clusterId,
            long tableVersion,
            boolean intact,
            long items,
            long bytes,
            long copiedBytes,
            long copyBytesPerSec,
            List<Position> positions,
            List<CopyReport> joined,
            List<CopyReport> unresponsive,
            int minCopies,
            boolean stopping,
            List<CopyReport> damaged,
            ServerLoad load)
            implements Call<ServerReportResult> {
        public static final Method<ServerReport, ServerReportResult> METHOD = new Method<>(
                98, "ServerReport", Callers.of(Role.SERVER), ServerReport::decode, ServerReportResult::decode);

        @Override
        public Method<ServerReport, ServerReportResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(18)
                    .put(server)
                    .put(address)
                    .put(incarnation)
                    .put(zone)
                    .put(clusterId)
                    .put(tableVersion)
                    .put(intact)
                    .put(items)
                    .put(bytes)
                    .put(copiedBytes)
                    .put(copyBytesPerSec)
                    .put(positions)
                    .put(joined)
                    .put(unresponsive)
                    .put(minCopies)
                    .put(stopping)
                    .put(damaged)
                    .put(load);
        }

        static ServerReport decode(MessageReader in) {
            in.open();
            return in.close(new ServerReport(
                    in.serverId(),
                    in.hostPort(),
                    in.int64(),
                    in.text(),
                    in.text(),
                    in.int64(),
                    in.bool(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.list(Position::decode),
                    in.list(CopyReport::decode),
                    in.list(CopyReport::decode),
                    in.int32(),
                    in.bool(),
                    in.list(CopyReport::decode),
                    in.nested(ServerLoad::decode)));
        }
    }

    /** The last entry that a server has of a partition. */
    public record Position(int partition, long epoch, long seq) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(epoch).put(seq);
        }

        static Position decode(MessageReader in) {
            in.open();
            return in.close(new Position(in.int32(), in.int64(), in.int64()));
        }
    }

    /**
     * What a primary says of one copy.
     *
     * @param epoch in which the primary says it
     */
    public record CopyReport(int partition, long epoch, ServerId copy) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(epoch).put(copy);
        }

        static CopyReport decode(MessageReader in) {
            in.open();
            return in.close(new CopyReport(in.int32(), in.int64(), in.serverId()));
        }
    }

    /**
     * A manager's receipt.
     *
     * @param leader whether this manager thinks that it leads
     * @param tableVersion the newest that it knows
     * @param clusterId empty if not known yet
     */
    public record ServerReportResult(boolean leader, long tableVersion, String clusterId) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(leader).put(tableVersion).put(clusterId);
        }

        static ServerReportResult decode(MessageReader in) {
            in.open();
            return in.close(new ServerReportResult(in.bool(), in.int64(), in.text()));
        }
    }

    /**
     * Lets new servers take part.
     *
     * @param replace move partitions to them as well
     * @param servers ids or addresses; empty for all that are new
     */
    public record Attach(boolean replace, List<String> servers) implements Call<CommandResult> {
        public static final Method<Attach, CommandResult> METHOD =
                new Method<>(100, "Attach", Callers.of(Role.OPERATOR), Attach::decode, CommandResult::decode);

        @Override
        public Method<Attach, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(replace).putTexts(servers);
        }

        static Attach decode(MessageReader in) {
            in.open();
            return in.close(new Attach(in.bool(), in.texts()));
        }
    }

    /**
     * Lets servers leave once their copies have successors.
     *
     * @param replace move their partitions away now
     * @param servers ids or addresses; empty for all that are marked as faulty
     */
    public record Detach(boolean replace, List<String> servers) implements Call<CommandResult> {
        public static final Method<Detach, CommandResult> METHOD =
                new Method<>(101, "Detach", Callers.of(Role.OPERATOR), Detach::decode, CommandResult::decode);

        @Override
        public Method<Detach, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(replace).putTexts(servers);
        }

        static Detach decode(MessageReader in) {
            in.open();
            return in.close(new Detach(in.bool(), in.texts()));
        }
    }

    /** Plans anew where copies belong, and moves them. */
    public record Replace() implements Call<CommandResult> {
        public static final Method<Replace, CommandResult> METHOD =
                new Method<>(102, "Replace", Callers.of(Role.OPERATOR), Replace::decode, CommandResult::decode);

        @Override
        public Method<Replace, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(0);
        }

        static Replace decode(MessageReader in) {
            in.open();
            return in.close(new Replace());
        }
    }

    /** Whether servers that come are attached, and partitions moved, without a command. */
    public record SetAutoReplace(boolean on) implements Call<CommandResult> {
        public static final Method<SetAutoReplace, CommandResult> METHOD = new Method<>(
                103, "SetAutoReplace", Callers.of(Role.OPERATOR), SetAutoReplace::decode, CommandResult::decode);

        @Override
        public Method<SetAutoReplace, CommandResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(on);
        }

        static SetAutoReplace decode(MessageReader in) {
            in.open();
            return in.close(new SetAutoReplace(in.bool()));
        }
    }

    /**
     * What a command did.
     *
     * @param tableVersion the version that carries it
     * @param text a line for the operator
     */
    public record CommandResult(long tableVersion, String text) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(tableVersion).put(text);
        }

        static CommandResult decode(MessageReader in) {
            in.open();
            return in.close(new CommandResult(in.int64(), in.text()));
        }
    }

    /**
     * Asks one process for its figures.
     *
     * @param name empty for all
     */
    public record Stat(String name) implements Call<StatResult> {
        public static final Method<Stat, StatResult> METHOD =
                new Method<>(104, "Stat", Callers.of(Role.OPERATOR), Stat::decode, StatResult::decode);

        @Override
        public Method<Stat, StatResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(name);
        }

        static Stat decode(MessageReader in) {
            in.open();
            return in.close(new Stat(in.text()));
        }
    }

    /** Figures. */
    public record StatResult(List<StatEntry> entries) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(entries);
        }

        static StatResult decode(MessageReader in) {
            in.open();
            return in.close(new StatResult(in.list(StatEntry::decode)));
        }
    }

    /** One figure. */
    public record StatEntry(String name, String value) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(name).put(value);
        }

        static StatEntry decode(MessageReader in) {
            in.open();
            return in.close(new StatEntry(in.text(), in.text()));
        }
    }
}
