package io.kumo.table;

import io.kumo.base.Check;
import java.util.HashSet;
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
        Check.invariant(inSync.stream().noneMatch(joining::contains), "partition %d: in sync and joining", id);
        Check.invariant(new HashSet<>(inSync).size() == inSync.size(), "partition %d: in sync twice", id);
        Check.invariant(new HashSet<>(joining).size() == joining.size(), "partition %d: joining twice", id);
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
