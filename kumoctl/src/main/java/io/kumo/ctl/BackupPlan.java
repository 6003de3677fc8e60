package io.kumo.ctl;

import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which server writes which partition into a backup: a copy in sync, another one than the primary where there is one,
 * and each server about as many. Pure.
 */
public final class BackupPlan {
    private BackupPlan() {}

    /**
     * A plan for some partitions.
     *
     * @param tasks partitions by server
     * @param impossible partitions that no server can write now
     */
    public record Plan(Map<ServerId, List<Integer>> tasks, List<Integer> impossible) {}

    /** {@code excluded}: servers that are not to write; {@code avoided}: for a partition, ones that failed at it. */
    public static Plan of(
            ClusterTable table,
            Collection<Integer> partitions,
            Set<ServerId> excluded,
            Map<Integer, Set<ServerId>> avoided) {
        Map<ServerId, List<Integer>> tasks = new TreeMap<>();
        List<Integer> impossible = new ArrayList<>();
        for (int partition : partitions) {
            Partition row = table.partition(partition);
            Set<ServerId> failed = avoided.getOrDefault(partition, Set.of());
            Optional<ServerId> writer = row.inSync().stream()
                    .filter(id -> !excluded.contains(id)
                            && table.server(id).map(ServerInfo::isAlive).orElse(false))
                    .min(Comparator.<ServerId, Boolean>comparing(failed::contains)
                            .thenComparing(row::isPrimary)
                            .thenComparing(
                                    id -> tasks.getOrDefault(id, List.of()).size())
                            .thenComparing(Comparator.naturalOrder()));
            writer.ifPresentOrElse(
                    id -> tasks.computeIfAbsent(id, none -> new ArrayList<>()).add(partition),
                    () -> impossible.add(partition));
        }
        return new Plan(tasks, impossible);
    }
}
