package io.kumo.manager.leader;

import io.kumo.base.Check;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.HashMap;
import java.util.Map;

/** What every new version of the table must keep, whatever the leader does; checked before it is proposed. */
public final class TableRules {
    private TableRules() {}

    /** The rules that two tables alone can tell; IllegalStateException for a broken one. */
    public static void check(ClusterTable before, ClusterTable after) {
        Check.invariant(after.clusterId().equals(before.clusterId()), "cluster %s", after.clusterId());
        Check.invariant(after.version() == before.version() + 1, "version %d", after.version());
        Check.invariant(after.replicas() == before.replicas(), "%d replicas", after.replicas());
        Check.invariant(after.managers().equals(before.managers()), "managers %s", after.managers());
        Check.invariant(after.partitionCount() == before.partitionCount(), "%d rows", after.partitionCount());
        Map<ServerId, Long> was = incarnations(before);
        Map<ServerId, Long> is = incarnations(after);
        for (Partition row : after.partitions()) {
            checkRow(before.partition(row.id()), row, was, is);
        }
        for (ServerId drained : after.orders().drained()) {
            Check.invariant(
                    after.server(drained).filter(info -> !info.placed()).isPresent(), "%s can't be drained", drained);
        }
    }

    private static void checkRow(Partition before, Partition after, Map<ServerId, Long> was, Map<ServerId, Long> is) {
        int id = after.id();
        Check.invariant(after.epoch() >= before.epoch(), "partition %d: epoch %d", id, after.epoch());
        for (ServerId copy : after.inSync()) {
            Check.invariant(is.containsKey(copy), "partition %d: unknown server %s", id, copy);
        }
        for (ServerId copy : after.joining()) {
            Check.invariant(is.containsKey(copy), "partition %d: unknown server %s", id, copy);
        }
        if (before.inSync().isEmpty()) {
            Check.invariant(after.inSync().isEmpty() || after.epoch() > before.epoch(), "partition %d: epoch", id);
            return;
        }
        Check.invariant(!after.inSync().isEmpty(), "partition %d: the last copy in sync is removed", id);
        for (ServerId copy : after.inSync()) {
            Check.invariant(before.names(copy), "partition %d: %s in sync without joining", id, copy);
        }
        ServerId primary = after.inSync().get(0);
        boolean goesOn =
                before.isPrimary(primary) && was.getOrDefault(primary, 0L).equals(is.getOrDefault(primary, 0L));
        Check.invariant(goesOn || after.epoch() > before.epoch(), "partition %d: new primary, old epoch", id);
    }

    /** Only an operator makes a row go on with a copy that may lack acknowledged writes. */
    private static boolean isForced(Partition before, Partition after) {
        return after.inSync().size() == 1 && after.epoch() >= before.epoch() + Restarts.LOSS;
    }

    private static Map<ServerId, Long> incarnations(ClusterTable table) {
        Map<ServerId, Long> incarnations = new HashMap<>();
        for (ServerInfo info : table.servers()) {
            incarnations.put(info.id(), info.incarnation());
        }
        return incarnations;
    }

    /** All rules: also those about who reported what. */
    public static void check(ClusterTable before, ClusterTable after, Observations seen) {
        check(before, after);
        for (Partition row : after.partitions()) {
            Partition old = before.partition(row.id());
            for (ServerId copy : row.inSync()) {
                if (old.joining().contains(copy)) {
                    checkJoined(before, old, row, copy, seen);
                } else if (old.inSync().contains(copy)) {
                    checkRestart(old, row, copy, isLossy(before, after, copy, seen));
                }
            }
        }
    }

    private static void checkJoined(
            ClusterTable before, Partition old, Partition row, ServerId copy, Observations seen) {
        ServerId primary = old.inSync().get(0);
        CopyReport word = new CopyReport(old.id(), old.epoch(), copy);
        ServerReport report = before.server(primary)
                .flatMap(info -> seen.report(primary, info.incarnation()))
                .orElse(null);
        boolean hasWord = report != null
                && report.joined().contains(word)
                && CopyReports.isValid(before.partitions(), report, word, seen);
        Check.invariant(
                hasWord || (isForced(old, row) && old.inSync().stream().noneMatch(id -> isGood(before, old, id, seen))),
                "partition %d: %s in sync without its primary's word",
                old.id(),
                copy);
    }

    private static boolean isGood(ClusterTable before, Partition row, ServerId copy, Observations seen) {
        return seen.isThere(copy)
                && before.server(copy)
                        .filter(info -> seen.report(copy, info.incarnation()).isPresent())
                        .filter(info -> !Positions.isUnreadable(seen, row, copy, info.incarnation()))
                        .isPresent();
    }

    private static void checkRestart(Partition old, Partition row, ServerId copy, boolean isLossy) {
        Check.invariant(
                !isLossy || (row.inSync().size() == 1 && row.epoch() >= old.epoch() + Restarts.LOSS),
                "partition %d: %s stays in sync without all that it acknowledged",
                old.id(),
                copy);
    }

    private static boolean isLossy(ClusterTable before, ClusterTable after, ServerId copy, Observations seen) {
        long was = before.server(copy).map(ServerInfo::incarnation).orElse(0L);
        long is = after.server(copy).map(ServerInfo::incarnation).orElse(0L);
        return was != is
                && seen.report(copy, is).map(report -> !report.intact()).orElse(true);
    }
}
