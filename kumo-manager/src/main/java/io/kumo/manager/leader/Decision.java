package io.kumo.manager.leader;

import io.kumo.table.ClusterTable;
import java.util.List;
import java.util.Optional;

/**
 * What the leader wants done.
 *
 * @param table to be proposed; empty if the committed one is as it should be
 * @param events to be told once the table is committed
 * @param answers one for each pending command: refused ones are told at once, the others once the table is committed
 */
public record Decision(Optional<ClusterTable> table, List<LeaderEvent> events, List<Command.Answer> answers) {
    public Decision {
        events = List.copyOf(events);
        answers = List.copyOf(answers);
    }
}
