package io.kumo.manager.leader;

import io.kumo.manager.plan.RebalancePlanner;
import io.kumo.manager.plan.RebalanceStep;
import io.kumo.manager.plan.RebalanceStep.AddJoiner;
import io.kumo.manager.plan.RebalanceStep.MovePrimary;
import io.kumo.manager.plan.RebalanceStep.RemoveCopy;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the next steps of all rows towards their targets, as far as the bounds allow, and lets go who is not needed.
 */
final class Rebalancing {
    private static final int STEPS_PER_ROW = 32;

    private final Draft draft;
    private final Observations seen;
    private final LeaderOptions options;
    private final Map<ServerId, Integer> joining = new HashMap<>();
    private int primariesMoved;

    private Rebalancing(Draft draft, Observations seen, LeaderOptions options) {
        this.draft = draft;
        this.seen = seen;
        this.options = options;
        for (Partition row : draft.rows()) {
            row.joining().forEach(id -> joining.merge(id, 1, Integer::sum));
        }
    }

    static void apply(Draft draft, Observations seen, LeaderOptions options) {
        Rebalancing rebalancing = new Rebalancing(draft, seen, options);
        for (Partition row : List.copyOf(draft.rows())) {
            draft.set(rebalancing.advance(draft.filled(row)));
        }
        for (ServerInfo info : draft.servers()) {
            if (info.state() == ServerState.LEAVING && !draft.isNeeded(info.id())) {
                draft.remove(info.id());
                draft.setOrders(draft.orders().withDetached(info.id()));
                draft.event("detached", info.id(), "server " + info.address() + " is detached");
            }
        }
    }

    private Partition advance(Partition start) {
        Partition row = start;
        for (int steps = 0; steps < STEPS_PER_ROW; steps++) {
            Optional<RebalanceStep> step = RebalancePlanner.next(row, draft::isAlive, draft.orders()::isDrained);
            if (step.isEmpty() || !isAllowed(step.get(), row)) {
                return row;
            }
            row = step.get().applyTo(row);
            if (step.get() instanceof MovePrimary) {
                primariesMoved++;
                return row; // the old one stays a copy until the new one is known
            }
            if (step.get() instanceof AddJoiner) {
                joining.merge(step.get().server(), 1, Integer::sum);
            }
        }
        return row;
    }

    private boolean isAllowed(RebalanceStep step, Partition row) {
        if (draft.orders().paused()) {
            return step instanceof AddJoiner && isShortOfCopies(row); // a repair is no move
        }
        if (step instanceof MovePrimary) {
            return primariesMoved < options.primariesPerVersion()
                    && !isWorse(row, step.server(), row.inSync().get(0));
        }
        if (step instanceof RemoveCopy && row.inSync().contains(step.server())) {
            return row.inSync().stream()
                    .filter(copy -> !copy.equals(step.server()))
                    .allMatch(copy -> isGood(row, copy) && !isWorse(row, copy, step.server()));
        }
        return !(step instanceof AddJoiner)
                || isShortOfCopies(row)
                || joining.getOrDefault(step.server(), 0) < options.joiningPerServer();
    }

    /**
     * Whether it is known to have its copy: it may have restarted without, and a manager that has just started has to
     * hear of that first.
     */
    private boolean isGood(Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null
                && seen.report(copy, info.incarnation()).isPresent()
                && !Positions.isUnreadable(seen, row, copy, info.incarnation());
    }

    /** Whether it is damaged, and the other one is not: it is mended first. */
    private boolean isWorse(Partition row, ServerId copy, ServerId other) {
        return isDamaged(row, copy) && !isDamaged(row, other);
    }

    private boolean isDamaged(Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null && Positions.isDamaged(seen, row, copy, info.incarnation());
    }

    private boolean isShortOfCopies(Partition row) {
        long copies = row.inSync().stream().filter(draft::isAlive).count();
        return copies < Math.min(draft.before().replicas(), row.target().size());
    }
}
