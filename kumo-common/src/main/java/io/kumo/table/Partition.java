package io.kumo.table;

import io.kumo.base.Check;
import java.util.List;
import java.util.Optional;

/**
 * A row of the table: who has a partition.
 *
 * @param id its number, from 0
 * @param epoch grows whenever the primary changes or restarts; at most one server is primary in an epoch
 * @param inSync servers that have every acknowledged write; the first one is the primary; empty only before the first
 *     attach
 * @param joining servers that are catching up
 * @param target where the copies are meant to be, the intended primary first; the rebalancer moves the row there
 */
public record Partition(int id, long epoch, List<ServerId> inSync, List<ServerId> joining, List<ServerId> target) {
    public Partition {
        inSync = List.copyOf(inSync);
        joining = List.copyOf(joining);
        target = List.copyOf(target);
        Check.invariant(id >= 0 && epoch >= 0, "partition %d: epoch %d", id, epoch);
        Check.invariant(namesEachOnce(inSync, joining), "partition %d: in sync %s, joining %s", id, inSync, joining);
    }

    /** Without streams and sets: a table has a thousand rows, and is read in code that is rarely run. */
    private static boolean namesEachOnce(List<ServerId> inSync, List<ServerId> joining) {
        for (int i = 0; i < inSync.size(); i++) {
            if (inSync.lastIndexOf(inSync.get(i)) != i || joining.contains(inSync.get(i))) {
                return false;
            }
        }
        for (int i = 0; i < joining.size(); i++) {
            if (joining.lastIndexOf(joining.get(i)) != i) {
                return false;
            }
        }
        return true;
    }

    /** A row that nobody has. */
    public static Partition empty(int id) {
        return new Partition(id, 0, List.of(), List.of(), List.of());
    }

    public Optional<ServerId> primary() {
        return inSync.isEmpty() ? Optional.empty() : Optional.of(inSync.get(0));
    }

    public boolean isPrimary(ServerId server) {
        return !inSync.isEmpty() && inSync.get(0).equals(server);
    }

    /** Whether the row names that server at all: it may keep the partition's data. */
    public boolean names(ServerId server) {
        return inSync.contains(server) || joining.contains(server);
    }

    public Partition with(long newEpoch, List<ServerId> newInSync, List<ServerId> newJoining) {
        return new Partition(id, newEpoch, newInSync, newJoining, target);
    }

    public Partition withTarget(List<ServerId> newTarget) {
        return new Partition(id, epoch, inSync, joining, newTarget);
    }
}
