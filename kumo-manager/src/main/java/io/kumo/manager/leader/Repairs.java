package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Copies that say of themselves that they are damaged, or that are not trusted any more, become joiners and are mended
 * from another copy, if there is one that is sound; one of a row at a time, and so many of a server.
 */
final class Repairs {
    private final Draft draft;
    private final Observations seen;
    private final int joiningPerServer;
    private final Map<ServerId, Set<CopyReport>> damaged = new HashMap<>();
    private final Map<ServerId, Integer> joining = new HashMap<>();

    private Repairs(Draft draft, Observations seen, LeaderOptions options) {
        this.draft = draft;
        this.seen = seen;
        this.joiningPerServer = options.joiningPerServer();
        for (ServerInfo info : draft.before().servers()) {
            seen.report(info.id(), info.incarnation())
                    .map(ServerReport::damaged)
                    .filter(copies -> !copies.isEmpty())
                    .ifPresent(copies -> damaged.put(info.id(), new HashSet<>(copies)));
        }
    }

    /** Once it is known who is alive. */
    static void apply(Draft draft, Observations seen, LeaderOptions options) {
        new Repairs(draft, seen, options).apply();
    }

    private void apply() {
        if (damaged.isEmpty()) {
            return;
        }
        for (Partition row : draft.rows()) {
            row.joining().forEach(copy -> joining.merge(copy, 1, Integer::sum));
        }
        Map<ServerId, Integer> demoted = new HashMap<>();
        for (Partition row : List.copyOf(draft.rows())) {
            for (ServerId copy : row.inSync()) {
                if (isDamaged(row, copy) && joining.getOrDefault(copy, 0) < joiningPerServer && demote(row, copy)) {
                    joining.merge(copy, 1, Integer::sum);
                    demoted.merge(copy, 1, Integer::sum);
                    break; // the next one once this one is mended
                }
            }
        }
        demoted.forEach((copy, count) ->
                draft.event("repair", copy, count + " partitions of server " + copy + " are mended from other copies"));
    }

    /** What it says is about the row as it is, and as it was before this version. */
    private boolean isDamaged(Partition row, ServerId copy) {
        return damaged.getOrDefault(copy, Set.of()).contains(new CopyReport(row.id(), row.epoch(), copy))
                && draft.before().partition(row.id()).inSync().contains(copy)
                && draft.before().partition(row.id()).epoch() == row.epoch();
    }

    private boolean demote(Partition row, ServerId copy) {
        Optional<ServerId> successor = row.inSync().stream()
                .filter(other -> !other.equals(copy) && isSound(row, other))
                .findFirst();
        boolean wasPrimary = row.isPrimary(copy);
        boolean isTurn = row.joining().isEmpty() || wasPrimary; // joiners get nothing from a damaged primary
        if (successor.isEmpty() || !isTurn) {
            return false;
        }
        List<ServerId> inSync = new ArrayList<>(row.inSync());
        inSync.remove(copy);
        if (wasPrimary) {
            inSync.remove(successor.get());
            inSync.add(0, successor.get());
        }
        List<ServerId> joiners = new ArrayList<>(row.joining());
        joiners.add(copy);
        draft.set(row.with(wasPrimary ? row.epoch() + 1 : row.epoch(), inSync, joiners));
        return true;
    }

    private boolean isSound(Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null
                && draft.isAlive(copy)
                && seen.report(copy, info.incarnation()).isPresent()
                && !isDamaged(row, copy);
    }
}
