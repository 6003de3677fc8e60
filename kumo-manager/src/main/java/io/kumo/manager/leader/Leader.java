package io.kumo.manager.leader;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.Command.Answer;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what follows the committed table: a function of that table, of what is seen and of what operators ask for. It
 * remembers nothing, so that any manager can go on at any time, and so that a proposal that failed is simply made anew.
 */
public final class Leader {
    private final LeaderOptions options;

    public Leader(LeaderOptions options) {
        this.options = options;
    }

    /** What a command would move if it were given now; KumoException with the reason if it would be refused. */
    public PlanResult plan(ClusterTable committed, Observations seen, Command command) {
        Draft draft = new Draft(committed);
        Faults.apply(draft, seen, options, Restarts.apply(draft, seen, options));
        try {
            String text = new Commands(draft, seen, options).carryOut(command);
            return MovePlans.of(text, committed, draft, seen);
        } catch (Refusal e) {
            throw new KumoException(ErrorCode.REFUSED, e.text(), e);
        }
    }

    /** Many changes go into one version. What it proposes has passed {@link TableRules}. */
    public Decision next(ClusterTable committed, Observations seen, List<Pending> commands) {
        Draft draft = new Draft(committed);
        CopyReports.commitJoined(draft, seen);
        CopyReports.dropUnresponsive(draft, seen, options);
        Set<ServerId> waiting = Restarts.apply(draft, seen, options);
        Faults.apply(draft, seen, options, waiting);
        Repairs.apply(draft, seen, options);
        CopyReports.replaceStuck(draft, seen, options);
        Commands operations = new Commands(draft, seen, options);
        List<Answer> answers = new ArrayList<>();
        for (Pending command : commands) {
            answers.add(operations.carryOut(command));
        }
        operations.autoReplace();
        operations.replaceLost();
        Rebalancing.apply(draft, seen, options);
        Optional<ClusterTable> table = draft.table(seen.versionWanted());
        table.ifPresent(next -> TableRules.check(committed, next, seen));
        return new Decision(table, draft.events(), answers);
    }
}
