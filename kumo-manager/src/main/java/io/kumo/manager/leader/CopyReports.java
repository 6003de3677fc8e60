package io.kumo.manager.leader;

import io.kumo.manager.leader.Observations.Complaint;
import io.kumo.manager.leader.Observations.CopyKey;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What primaries say of their copies: who has caught up, and who does not answer. */
final class CopyReports {
    private CopyReports() {}

    /** Joiners that have all become copies in sync. Before anything else changes the draft. */
    static void commitJoined(Draft draft, Observations seen) {
        for (ServerInfo primary : draft.before().servers()) {
            ServerReport report =
                    seen.report(primary.id(), primary.incarnation()).orElse(null);
            if (report == null) {
                continue;
            }
            for (CopyReport joined : report.joined()) {
                if (isValid(draft.before().partitions(), report, joined, seen) && isSame(draft, joined.copy(), seen)) {
                    Partition row = draft.rows().get(joined.partition());
                    List<ServerId> inSync = new ArrayList<>(row.inSync());
                    List<ServerId> joining = new ArrayList<>(row.joining());
                    joining.remove(joined.copy());
                    inSync.add(joined.copy());
                    draft.set(row.with(row.epoch(), inSync, joining));
                }
            }
        }
    }

    /**
     * Whether the report makes the copy one in sync: said by the primary of the row's epoch, which knew, when it said
     * so, the table since which the server has been joining. An older word may be about an earlier time in sync.
     */
    static boolean isValid(List<Partition> committed, ServerReport report, CopyReport joined, Observations seen) {
        if (joined.partition() < 0 || joined.partition() >= committed.size()) {
            return false;
        }
        Partition row = committed.get(joined.partition());
        Long since = seen.joiningSince().get(new CopyKey(row.id(), joined.copy()));
        return row.epoch() == joined.epoch()
                && row.isPrimary(report.server())
                && row.joining().contains(joined.copy())
                && since != null
                && report.tableVersion() >= since;
    }

    /** Whether nothing is known of a restart of the server. */
    private static boolean isSame(Draft draft, ServerId id, Observations seen) {
        ServerInfo info = draft.server(id);
        return info != null && seen.report(id, info.incarnation()).isPresent();
    }

    /** The row that a complaint is about, if it is valid. */
    private static Optional<Partition> rowOf(
            Draft draft, Observations seen, Complaint complaint, LeaderOptions options) {
        ServerInfo primary = draft.server(complaint.primary());
        CopyReport about = complaint.about();
        if (complaint.ageMs() < options.complaintMs()
                || primary == null
                || primary.incarnation() != complaint.incarnation()
                || seen.isGone(complaint.primary(), options.faultAfterMs()) // its copies may be all that is left
                || about.partition() < 0
                || about.partition() >= draft.rows().size()) {
            return Optional.empty();
        }
        Partition row = draft.rows().get(about.partition());
        return row.epoch() == about.epoch() && row.isPrimary(complaint.primary()) ? Optional.of(row) : Optional.empty();
    }

    /** Copies that don't answer have to catch up again, so that the primary can go on without them. */
    static void dropUnresponsive(Draft draft, Observations seen, LeaderOptions options) {
        Map<ServerId, Integer> dropped = new TreeMap<>();
        for (Complaint complaint : seen.complaints()) {
            ServerId copy = complaint.about().copy();
            Partition row = rowOf(draft, seen, complaint, options).orElse(null);
            // One that joins with this very version is dropped with the next one: its primary has to learn that it does
            // not count any more, and would not from a row that stays as it is.
            if (row != null
                    && row.inSync().contains(copy)
                    && draft.before().partition(row.id()).inSync().contains(copy)
                    && !copy.equals(complaint.primary())) {
                List<ServerId> inSync = new ArrayList<>(row.inSync());
                List<ServerId> joining = new ArrayList<>(row.joining());
                inSync.remove(copy);
                joining.add(copy);
                draft.set(row.with(row.epoch(), inSync, joining));
                dropped.merge(copy, 1, Integer::sum);
            }
        }
        dropped.forEach((copy, count) -> draft.event(
                "unresponsive",
                copy,
                count + " partitions go on without server " + copy + ", which does not answer their primaries"));
    }

    /**
     * A primary that complains of its own log hands its row over, if all other copies are known to be good: its own
     * does not count then, and may be the only one. To be called when it is known who is alive.
     */
    static void replaceStuck(Draft draft, Observations seen, LeaderOptions options) {
        Map<ServerId, Integer> replaced = new TreeMap<>();
        for (Complaint complaint : seen.complaints()) {
            ServerId stuck = complaint.primary();
            Partition row = complaint.about().copy().equals(stuck)
                    ? rowOf(draft, seen, complaint, options).orElse(null)
                    : null;
            if (row != null && draft.before().partition(row.id()).epoch() == row.epoch()) {
                List<ServerId> inSync = new ArrayList<>(row.inSync());
                inSync.remove(stuck);
                if (!inSync.isEmpty()
                        && inSync.stream()
                                .allMatch(copy -> draft.isAlive(copy) && Positions.isGood(draft, seen, row, copy))) {
                    List<ServerId> joining = new ArrayList<>(row.joining());
                    joining.add(stuck);
                    draft.set(row.with(row.epoch() + 1, inSync, joining));
                    replaced.merge(stuck, 1, Integer::sum);
                }
            }
        }
        replaced.forEach((stuck, count) -> draft.event(
                "unresponsive",
                stuck,
                count + " partitions get another primary than server " + stuck + ", whose log takes nothing"));
    }
}
