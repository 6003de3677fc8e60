package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far the copies of a server have got, as it reports: for a row that has to go on with one of them. */
final class Positions {
    /** The later epoch wins, whatever was written in the one before. */
    static final Comparator<Position> FURTHEST =
            Comparator.comparingLong(Position::epoch).thenComparingLong(Position::seq);

    private Positions() {}

    /** Of a copy that is whole; a server says nothing of what it never had, and of what it can't read. */
    static Optional<Position> of(@Nullable ServerReport report, int partition) {
        return report == null
                ? Optional.empty()
                : report.positions().stream()
                        .filter(position -> position.partition() == partition)
                        .findFirst();
    }

    /** Of a server that has just restarted: it says that it can't read what it has of that partition. */
    static boolean isUnreadable(ServerReport report, int partition) {
        return of(report, partition).isEmpty()
                && report.damaged().stream().anyMatch(copy -> copy.partition() == partition);
    }

    /** Of a server that acts: it can't read its copy of that row as it is, and so can't serve it. */
    static boolean isUnreadable(Observations seen, Partition row, ServerId copy, long incarnation) {
        return isDamaged(seen, row, copy, incarnation)
                && of(seen.report(copy, incarnation).orElse(null), row.id()).isEmpty();
    }

    /** Of a server that acts: it says that its copy of that row as it is is damaged, or not to be trusted. */
    static boolean isDamaged(Observations seen, Partition row, ServerId copy, long incarnation) {
        return seen.report(copy, incarnation)
                .filter(report -> report.damaged().contains(new CopyReport(row.id(), row.epoch(), copy)))
                .isPresent();
    }

    /**
     * Whether it is known to have all that it acknowledged, and can read it: a manager that has just started has to
     * hear of it first. The row of one that is just back is in a later epoch than its word.
     */
    static boolean isGood(Draft draft, Observations seen, Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null
                && seen.report(copy, info.incarnation())
                        .filter(report -> !isUnreadable(report, row.id()))
                        .isPresent();
    }
}
