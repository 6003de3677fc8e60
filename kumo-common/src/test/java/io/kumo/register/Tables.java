package io.kumo.register;

import io.kumo.base.HostPort;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Small tables for the tests of the register. */
final class Tables {
    static final String CLUSTER = "00000000000000c1";

    private Tables() {}

    static HostPort manager(int i) {
        return new HostPort("mgr" + i, 19700);
    }

    static List<HostPort> managers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Tables::manager).toList();
    }

    static ManagerVoter managerVoter(int i) {
        return new ManagerVoter(manager(i));
    }

    static ServerVoter serverVoter(int i) {
        return new ServerVoter(new ServerId(i));
    }

    static ServerInfo server(int i, ServerState state) {
        return new ServerInfo(new ServerId(i), new HostPort("svr" + i, 19800), i, "", state, true);
    }

    /** A table of one partition with servers 1 to {@code attached}. */
    static ClusterTable table(long version, int managers, int attached) {
        return marked(version, managers, attached, 0);
    }

    /** The same, told apart by {@code mark}. */
    static ClusterTable marked(long version, int managers, int attached, long mark) {
        List<ServerInfo> servers = new ArrayList<>();
        for (int i = 1; i <= attached; i++) {
            servers.add(server(i, ServerState.ATTACHED));
        }
        return new ClusterTable(
                CLUSTER,
                version,
                3,
                false,
                mark,
                managers(managers),
                servers,
                List.of(Partition.empty(0)),
                Orders.NONE);
    }

    static ClusterTable next(ClusterTable table, long mark) {
        return withServers(table, mark, table.servers());
    }

    /** The same version with another row. */
    static ClusterTable withRow(ClusterTable table, Partition row) {
        return new ClusterTable(
                table.clusterId(),
                table.version(),
                table.replicas(),
                table.autoReplace(),
                table.plannedMoves(),
                table.managers(),
                table.servers(),
                List.of(row),
                Orders.NONE);
    }

    static ClusterTable withServers(ClusterTable table, long mark, List<ServerInfo> servers) {
        return new ClusterTable(
                table.clusterId(),
                table.version() + 1,
                table.replicas(),
                table.autoReplace(),
                mark,
                table.managers(),
                servers,
                table.partitions(),
                Orders.NONE);
    }

    /** A voter that knows {@code table} and has not voted since. */
    static Acceptor acceptor(Voter self, ClusterTable table) {
        AcceptorState state =
                new AcceptorState(java.util.Optional.of(table), Ballot.NONE, java.util.Optional.empty(), 0);
        return new Acceptor(self, table.managers(), state);
    }

    static Acceptor blank(Voter self, int managers) {
        return new Acceptor(self, managers(managers), AcceptorState.BLANK);
    }
}
