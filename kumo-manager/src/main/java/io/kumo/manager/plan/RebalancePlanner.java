package io.kumo.manager.plan;

import io.kumo.manager.plan.RebalanceStep.AddJoiner;
import io.kumo.manager.plan.RebalanceStep.MovePrimary;
import io.kumo.manager.plan.RebalanceStep.RemoveCopy;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the next step of a row towards its target. The table is all the state there is, so that a new leader goes on
 * where the old one stopped. Copies are added before others go: never fewer in sync than before.
 */
public final class RebalancePlanner {
    private RebalancePlanner() {}

    /**
     * The next step; empty if the row has reached its target, or has to wait for a joiner or for a server that is away.
     *
     * @param isAlive whether a server takes part now
     * @param isDrained whether it hands over what it is the primary of, before anything is copied
     */
    public static Optional<RebalanceStep> next(
            Partition row, Predicate<ServerId> isAlive, Predicate<ServerId> isDrained) {
        if (row.target().isEmpty() || row.inSync().isEmpty()) {
            return Optional.empty();
        }
        for (ServerId joiner : row.joining()) {
            if (!row.target().contains(joiner)) {
                return Optional.of(new RemoveCopy(row.id(), joiner));
            }
        }
        if (row.joining().isEmpty() && isDrained.test(row.inSync().get(0))) {
            for (ServerId next : row.target()) {
                if (row.inSync().contains(next) && isAlive.test(next) && !isDrained.test(next)) {
                    return Optional.of(new MovePrimary(row.id(), next));
                }
            }
        }
        for (ServerId wanted : row.target()) {
            if (!row.names(wanted) && isAlive.test(wanted)) {
                return Optional.of(new AddJoiner(row.id(), wanted));
            }
        }
        if (!row.joining().isEmpty()) {
            return Optional.empty(); // another primary or fewer sources would only disturb them
        }
        ServerId primary = row.target().get(0);
        if (!row.isPrimary(primary) && row.inSync().contains(primary) && isAlive.test(primary)) {
            return Optional.of(new MovePrimary(row.id(), primary));
        }
        if (row.inSync().containsAll(row.target()) && row.isPrimary(primary)) {
            for (ServerId copy : row.inSync()) {
                if (!row.target().contains(copy)) {
                    return Optional.of(new RemoveCopy(row.id(), copy));
                }
            }
        }
        return Optional.empty();
    }

    /** Copies that still have to be made and primaries that still have to move. */
    public static int remainingMoves(Partition row) {
        int missing = 0;
        for (ServerId wanted : row.target()) {
            missing += row.inSync().contains(wanted) ? 0 : 1;
        }
        return missing + (row.target().isEmpty() || row.isPrimary(row.target().get(0)) ? 0 : 1);
    }
}
