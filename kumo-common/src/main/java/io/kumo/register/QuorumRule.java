package io.kumo.register;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which voters decide what follows one table. Any two quorums have a voter in common: with one, three or more managers
 * a quorum is a majority of them. With two it is both, or one of them with a majority of the attached servers, so that
 * either manager may die, and in a split only the side with most servers decides.
 *
 * @param managers sorted
 * @param servers those that count; empty unless there are two managers
 * @param needsAll before the first table: all managers, so that one which has a table is always asked
 */
public record QuorumRule(List<ManagerVoter> managers, List<ServerVoter> servers, boolean needsAll) {
    public QuorumRule {
        managers = List.copyOf(managers);
        servers = List.copyOf(servers);
        Check.argument(!managers.isEmpty(), "no managers");
    }

    /** For what follows that committed table. */
    public static QuorumRule of(ClusterTable table) {
        List<ManagerVoter> managers = managers(table.managers());
        List<ServerVoter> servers = managers.size() != 2
                ? List.of()
                : table.servers().stream()
                        .filter(ServerInfo::isAttached)
                        .map(server -> new ServerVoter(server.id()))
                        .toList();
        return new QuorumRule(managers, servers, false);
    }

    /** For the first table of a cluster with those managers. */
    public static QuorumRule ofBirth(List<HostPort> configured) {
        return new QuorumRule(managers(configured), List.of(), true);
    }

    private static List<ManagerVoter> managers(List<HostPort> addresses) {
        return addresses.stream().distinct().sorted().map(ManagerVoter::new).toList();
    }

    /** Everybody whose vote can count. */
    public List<Voter> voters() {
        return Stream.<Voter>concat(managers.stream(), servers.stream()).toList();
    }

    public boolean isVoter(Voter voter) {
        return managers.contains(voter) || servers.contains(voter);
    }

    /** Whether these decide. Votes of those who are no voters don't count. */
    public boolean isQuorum(Collection<? extends Voter> votes) {
        int byManagers = countIn(managers, votes);
        if (needsAll) {
            return byManagers == managers.size();
        }
        if (2 * byManagers > managers.size()) {
            return true;
        }
        return byManagers == 1 && managers.size() == 2 && 2 * countIn(servers, votes) > servers.size();
    }

    private static int countIn(List<? extends Voter> voters, Collection<? extends Voter> votes) {
        int count = 0;
        for (Voter voter : voters) {
            count += votes.contains(voter) ? 1 : 0;
        }
        return count;
    }
}
