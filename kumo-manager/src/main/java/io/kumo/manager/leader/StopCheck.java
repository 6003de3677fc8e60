package io.kumo.manager.leader;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.register.QuorumRule;
import io.kumo.register.Voter;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether servers can be stopped without any partition being down, or refusing writes, and with the managers able to
 * decide: for kumoctl safe-to-stop. Nothing is changed.
 */
public final class StopCheck {
    private static final int MOST_NAMED = 10;

    private final ClusterTable table;
    private final Observations seen;
    private final long faultAfterMs;
    private final Set<ServerId> stopping;
    private final List<String> reasons = new ArrayList<>();

    private StopCheck(ClusterTable table, Observations seen, LeaderOptions options, Set<ServerId> stopping) {
        this.table = table;
        this.seen = seen;
        this.faultAfterMs = options.faultAfterMs();
        this.stopping = stopping;
    }

    /**
     * @param servers ids or addresses, as the operator wrote them
     * @param managers those that are there
     */
    public static SafeToStopResult of(
            ClusterTable table,
            Observations seen,
            LeaderOptions options,
            List<String> servers,
            Collection<HostPort> managers) {
        try {
            ServerNames names = new ServerNames(table.servers(), seen);
            return new StopCheck(table, seen, options, new TreeSet<>(names.ids(servers))).check(names, managers);
        } catch (Refusal e) {
            return new SafeToStopResult(false, List.of(e.text()), List.of());
        }
    }

    private SafeToStopResult check(ServerNames names, Collection<HostPort> managers) {
        if (stopping.isEmpty()) {
            return new SafeToStopResult(false, List.of("name the servers that are to be stopped"), List.of());
        }
        int wanted = minCopies();
        List<Integer> last = new ArrayList<>();
        List<Integer> few = new ArrayList<>();
        for (Partition row : table.partitions()) {
            if (row.inSync().stream().noneMatch(stopping::contains)) {
                continue;
            }
            long left = row.inSync().stream().filter(this::stays).count();
            if (left == 0) {
                last.add(row.id());
            } else if (left < wanted) {
                few.add(row.id());
            }
        }
        String who = stopping.stream().map(names::name).collect(Collectors.joining(", "));
        if (!last.isEmpty()) {
            reasons.add(count(last) + " no live copy in sync besides " + who + ": " + list(last));
        }
        if (!few.isEmpty()) {
            reasons.add(count(few) + " fewer than --min-copies " + wanted + " copies in sync besides " + who + ": "
                    + list(few));
        }
        checkVotes(managers);
        List<String> partitions =
                Stream.concat(last.stream(), few.stream()).map(String::valueOf).toList();
        return new SafeToStopResult(reasons.isEmpty(), reasons, partitions);
    }

    private static String count(List<Integer> partitions) {
        return partitions.size() == 1 ? "1 partition has" : partitions.size() + " partitions have";
    }

    private static String list(List<Integer> partitions) {
        String first =
                partitions.stream().limit(MOST_NAMED).map(String::valueOf).collect(Collectors.joining(", "));
        return "partition " + first + (partitions.size() > MOST_NAMED ? ", ..." : "");
    }

    /** Whether it is there, goes on, and has all that it acknowledged. */
    private boolean stays(ServerId id) {
        ServerInfo info = table.server(id).orElse(null);
        return info != null
                && info.isAlive()
                && !stopping.contains(id)
                && !seen.isGone(id, faultAfterMs)
                && seen.report(id, info.incarnation())
                        .filter(report -> !report.stopping())
                        .isPresent();
    }

    /** The strictest of the servers' own settings. */
    private int minCopies() {
        return seen.servers().values().stream()
                .map(ServerSight::report)
                .mapToInt(ServerReport::minCopies)
                .max()
                .orElse(1);
    }

    private void checkVotes(Collection<HostPort> managers) {
        List<Voter> votes = new ArrayList<>();
        managers.forEach(manager -> votes.add(new ManagerVoter(manager)));
        for (ServerInfo info : table.servers()) {
            if (info.isAttached() && !stopping.contains(info.id()) && !seen.isGone(info.id(), faultAfterMs)) {
                votes.add(new ServerVoter(info.id()));
            }
        }
        if (!QuorumRule.of(table).isQuorum(votes)) {
            reasons.add("the managers could not decide any more: " + managers.size() + " of "
                    + table.managers().size() + " managers are there");
        }
    }
}
