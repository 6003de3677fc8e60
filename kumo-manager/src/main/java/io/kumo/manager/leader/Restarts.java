package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets restarted servers act again. One whose log has all that it acknowledged goes on where it was; any other one
 * first gives up being in sync wherever a good copy is. Where no copy is good, all have to be back before the best is
 * chosen.
 */
final class Restarts {
    /** How far the epoch of a row goes on if acknowledged writes may be lost. */
    static final long LOSS = 1L << 32;

    private final Draft draft;
    private final Observations seen;
    private final long faultAfterMs;
    private final Map<ServerId, ServerReport> lost = new HashMap<>();
    private final Set<ServerId> back = new HashSet<>();

    private Restarts(Draft draft, Observations seen, LeaderOptions options) {
        this.draft = draft;
        this.seen = seen;
        this.faultAfterMs = options.faultAfterMs();
    }

    /** Returns the servers that have to wait: they are back, but must not act yet. */
    static Set<ServerId> apply(Draft draft, Observations seen, LeaderOptions options) {
        return new Restarts(draft, seen, options).apply();
    }

    private Set<ServerId> apply() {
        for (ServerInfo info : draft.servers()) {
            if (!seen.isThere(info.id())) {
                continue;
            }
            ServerReport report = seen.sight(info.id()).orElseThrow().report();
            if (report.incarnation() == info.incarnation()) {
                continue;
            }
            if (report.intact()) {
                accept(report);
                back.add(info.id());
                renewEpochs(info.id());
            } else {
                lost.put(info.id(), report);
            }
        }
        Set<ServerId> waiting = holdBack();
        lost.values().forEach(this::accept);
        if (!lost.isEmpty()) {
            List.copyOf(draft.rows()).forEach(this::giveUp);
        }
        if (!back.isEmpty()) {
            List.copyOf(draft.rows()).forEach(this::giveUpUnreadable);
        }
        return waiting;
    }

    private void accept(ServerReport report) {
        ServerInfo info = draft.server(report.server());
        if (info != null) {
            ServerInfo restarted = info.restartedAs(report.address(), report.incarnation(), report.zone());
            boolean returns = info.state() == ServerState.FAULT;
            draft.set(returns ? restarted.withState(ServerState.ATTACHED) : restarted);
            String how = report.intact() ? "with all that it acknowledged" : "with a log that may lack its end";
            draft.event("restarted", info.id(), "server " + report.address() + " is back " + how);
        }
    }

    private void renewEpochs(ServerId server) {
        for (Partition row : List.copyOf(draft.rows())) {
            if (row.isPrimary(server)) {
                draft.set(row.with(row.epoch() + 1, row.inSync(), row.joining()));
            }
        }
    }

    /** Takes out of {@link #lost} whoever has a row whose fate depends on a server that is not back. */
    private Set<ServerId> holdBack() {
        Set<ServerId> waiting = new HashSet<>();
        boolean more = !lost.isEmpty();
        while (more) { // each round but the last takes one out
            more = false;
            for (Partition row : draft.rows()) {
                if (row.inSync().stream().anyMatch(lost::containsKey)
                        && row.inSync().stream().noneMatch(this::isGood)
                        && !lost.keySet().containsAll(row.inSync())) {
                    for (ServerId copy : row.inSync()) {
                        if (lost.remove(copy) != null) {
                            waiting.add(copy);
                            more = true;
                        }
                    }
                }
            }
        }
        return waiting;
    }

    /** Whether its data is all there, and it is too, as far as is known. */
    private boolean isGood(ServerId id) {
        ServerInfo info = draft.server(id);
        return info != null
                && !lost.containsKey(id)
                && !seen.isGone(id, faultAfterMs)
                && seen.report(id, info.incarnation()).isPresent();
    }

    private void giveUp(Partition row) {
        List<ServerId> doubtful =
                row.inSync().stream().filter(lost::containsKey).toList();
        if (doubtful.isEmpty()) {
            return;
        }
        if (doubtful.size() == row.inSync().size()) {
            List<ServerId> joining = new ArrayList<>(row.joining());
            ServerId best = best(row);
            doubtful.stream().filter(copy -> !copy.equals(best)).forEach(joining::add);
            draft.set(row.with(row.epoch() + LOSS, List.of(best), joining));
        } else {
            demote(row, doubtful);
        }
    }

    /**
     * Its log is whole, and says that a copy had begun to replace what it has of the row, or that this can't be read:
     * so it was in sync before only as far as this table knows. Where no other copy is good it stays as it is.
     */
    private void giveUpUnreadable(Partition row) {
        List<ServerId> unreadable =
                row.inSync().stream().filter(copy -> isUnreadable(row, copy)).toList();
        if (!unreadable.isEmpty()
                && row.inSync().stream().anyMatch(copy -> isGood(copy) && !unreadable.contains(copy))) {
            demote(row, unreadable);
        }
    }

    private boolean isUnreadable(Partition row, ServerId copy) {
        return back.contains(copy)
                && Positions.isUnreadable(seen.sight(copy).orElseThrow().report(), row.id());
    }

    /** Makes joiners of copies in sync; some other one is good. */
    private void demote(Partition row, List<ServerId> doubtful) {
        List<ServerId> joining = new ArrayList<>(row.joining());
        List<ServerId> inSync = new ArrayList<>(row.inSync());
        inSync.removeAll(doubtful);
        joining.addAll(doubtful);
        if (!inSync.contains(row.inSync().get(0))) {
            ServerId primary = inSync.stream().filter(this::isGood).findFirst().orElseThrow();
            inSync.remove(primary);
            inSync.add(0, primary);
            draft.set(row.with(row.epoch() + 1, inSync, joining));
        } else {
            draft.set(row.with(row.epoch(), inSync, joining));
        }
    }

    /**
     * The copy that has got furthest; the present order decides between equals. One that can't be read comes last: it
     * could not serve, nor give anything to the others.
     */
    private ServerId best(Partition row) {
        ServerId best = row.inSync().get(0);
        for (ServerId copy : row.inSync()) {
            best = Positions.FURTHEST.compare(position(copy, row.id()), position(best, row.id())) > 0 ? copy : best;
        }
        return best;
    }

    private Position position(ServerId copy, int partition) {
        ServerReport report = lost.get(copy);
        if (report != null && Positions.isUnreadable(report, partition)) {
            return new Position(partition, -1, -1);
        }
        return Positions.of(report, partition).orElse(new Position(partition, 0, 0));
    }
}
