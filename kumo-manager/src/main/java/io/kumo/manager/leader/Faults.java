package io.kumo.manager.leader;

import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Marks servers that are gone and that are back, and takes their partitions over. */
final class Faults {
    private final Draft draft;
    private final Observations seen;
    private final LeaderOptions options;
    private final boolean mayMark;

    private Faults(Draft draft, Observations seen, LeaderOptions options, Set<ServerId> waiting) {
        this.draft = draft;
        this.seen = seen;
        this.options = options;
        // With two managers the attached servers vote. Were all of them marked, neither manager could go on alone.
        this.mayMark = draft.before().managers().size() != 2
                || draft.servers().stream().anyMatch(info -> info.isAttached() && !isGone(info, waiting));
    }

    private boolean isGone(ServerInfo info, Set<ServerId> waiting) {
        return waiting.contains(info.id()) || seen.isGone(info.id(), options.faultAfterMs());
    }

    /** @param waiting servers that are back but must not act yet */
    static void apply(Draft draft, Observations seen, LeaderOptions options, Set<ServerId> waiting) {
        Faults faults = new Faults(draft, seen, options, waiting);
        Set<ServerId> alive = new HashSet<>();
        for (ServerInfo info : draft.servers()) {
            if (faults.mark(info, faults.isGone(info, waiting))) {
                alive.add(info.id());
            }
        }
        draft.setAlive(alive);
        faults.takeOver();
    }

    /** Returns whether the server can act. */
    private boolean mark(ServerInfo info, boolean isGone) {
        boolean isSame = seen.sight(info.id())
                .map(sight -> sight.report().incarnation() == info.incarnation())
                .orElse(true);
        switch (info.state()) {
            case FAULT -> {
                if (isGone || !seen.isThere(info.id()) || !isSame) {
                    return false;
                }
                draft.setState(info, ServerState.ATTACHED);
                draft.event("returned", info.id(), "server " + info.address() + " is back");
                return true;
            }
            case ATTACHED -> {
                if (isGone && mayMark) {
                    draft.setState(info, ServerState.FAULT);
                    draft.event("fault", info.id(), "server " + info.address() + " is marked as faulty");
                }
                return !isGone;
            }
            case LEAVING -> {
                return !isGone;
            }
        }
        return false;
    }

    /**
     * Rows go on with the copies that are alive, where one of these is good. Others are left as they are: who is gone
     * may come back, and may have what the others lost.
     */
    private void takeOver() {
        Map<ServerId, Integer> primaries = draft.primaryCounts();
        for (Partition row : List.copyOf(draft.rows())) {
            List<ServerId> joining =
                    row.joining().stream().filter(draft::isAlive).toList();
            List<ServerId> alive = row.inSync().stream().filter(draft::isAlive).toList();
            List<ServerId> good = alive.stream()
                    .filter(copy -> Positions.isGood(draft, seen, row, copy))
                    .toList();
            if (good.isEmpty() || alive.size() == row.inSync().size()) {
                draft.set(row.with(row.epoch(), row.inSync(), joining));
            } else if (draft.isAlive(row.inSync().get(0))) {
                draft.set(row.with(row.epoch(), alive, joining));
            } else {
                List<ServerId> sound = preferred(good, copy -> !isDamaged(row, copy));
                List<ServerId> staying =
                        preferred(sound, copy -> !draft.orders().isDrained(copy));
                ServerId successor = successor(row, staying, primaries);
                primaries.merge(successor, 1, Integer::sum);
                List<ServerId> inSync = new ArrayList<>(alive);
                inSync.remove(successor);
                inSync.add(0, successor);
                draft.set(row.with(row.epoch() + 1, inSync, joining));
            }
        }
    }

    private boolean isDamaged(Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null && Positions.isDamaged(seen, row, copy, info.incarnation());
    }

    /** Those that are so; all of them if none is. */
    private static List<ServerId> preferred(List<ServerId> copies, Predicate<ServerId> wish) {
        List<ServerId> fitting = copies.stream().filter(wish).toList();
        return fitting.isEmpty() ? copies : fitting;
    }

    /** The intended primary, else the one with the least to do. */
    private static ServerId successor(Partition row, List<ServerId> alive, Map<ServerId, Integer> primaries) {
        if (!row.target().isEmpty() && alive.contains(row.target().get(0))) {
            return row.target().get(0);
        }
        ServerId best = alive.get(0);
        for (ServerId copy : alive) {
            best = primaries.getOrDefault(copy, 0) < primaries.getOrDefault(best, 0) ? copy : best;
        }
        return best;
    }
}
