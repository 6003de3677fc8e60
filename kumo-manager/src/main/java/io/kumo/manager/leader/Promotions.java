package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.Position;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Lets partitions go on with what is left of them, where no copy in sync is there and can be read: an operator's
 * explicit loss. The only way in which a row's copies in sync are given up; its epoch goes on by {@link Restarts#LOSS}.
 */
final class Promotions {
    /** Partitions that the answer tells of, each in its line. */
    private static final int MOST_LINES = 20;

    private final Draft draft;
    private final Observations seen;
    private final List<String> lines = new ArrayList<>();
    private final List<Integer> hopeless = new ArrayList<>();

    private Promotions(Draft draft, Observations seen) {
        this.draft = draft;
        this.seen = seen;
    }

    /** Returns what is lost, as far as that is known. */
    static String force(Draft draft, Observations seen, List<Integer> partitions) throws Refusal {
        return new Promotions(draft, seen).force(partitions);
    }

    private String force(List<Integer> partitions) throws Refusal {
        for (int id : partitions) {
            check(id);
        }
        for (Partition row : List.copyOf(draft.rows())) {
            if (partitions.isEmpty() ? isDown(row) : partitions.contains(row.id())) {
                promote(row);
            }
        }
        if (!hopeless.isEmpty() && (!partitions.isEmpty() || lines.isEmpty())) {
            throw new Refusal(hopelessText());
        }
        if (lines.isEmpty()) {
            throw new Refusal("no partition is down: nothing to force");
        }
        List<String> shown = new ArrayList<>(lines.subList(0, Math.min(MOST_LINES, lines.size())));
        if (lines.size() > MOST_LINES) {
            shown.add("and " + (lines.size() - MOST_LINES) + " more");
        }
        if (!hopeless.isEmpty()) {
            shown.add(hopelessText());
        }
        draft.event("forced", lines.size() + " partitions go on with what is left of them");
        return "promoted by force: " + lines.size() + " partitions\n" + String.join("\n", shown);
    }

    private void check(int id) throws Refusal {
        if (id < 0 || id >= draft.rows().size()) {
            throw new Refusal("there is no partition " + id + ": they are 0 to "
                    + (draft.rows().size() - 1));
        }
        Partition row = draft.rows().get(id);
        if (row.inSync().isEmpty()) {
            throw new Refusal("partition " + id + " was never given to a server: use 'kumoctl MANAGER attach'");
        }
        if (!isDown(row)) {
            String holder = row.inSync().stream()
                    .filter(copy -> isUsable(row, copy))
                    .findFirst()
                    .map(this::name)
                    .orElse("a server");
            throw new Refusal("partition " + id + " is not down, " + holder + " has it: nothing to force");
        }
    }

    private boolean isDown(Partition row) {
        return !row.inSync().isEmpty() && row.inSync().stream().noneMatch(copy -> isUsable(row, copy));
    }

    private boolean isUsable(Partition row, ServerId copy) {
        ServerInfo info = draft.server(copy);
        return info != null && draft.isAlive(copy) && !Positions.isUnreadable(seen, row, copy, info.incarnation());
    }

    private void promote(Partition row) {
        List<ServerId> known = new ArrayList<>(row.inSync());
        known.addAll(row.joining());
        List<ServerId> present = known.stream()
                .filter(id -> seen.isThere(id) && position(id, row.id()).isPresent())
                .toList();
        Optional<ServerId> best = present.stream()
                .max(Comparator.comparing(id -> position(id, row.id()).orElseThrow(), Positions.FURTHEST));
        if (best.isEmpty()) {
            hopeless.add(row.id());
            return;
        }
        ServerId chosen = best.get();
        List<ServerId> joining =
                row.joining().stream().filter(id -> !id.equals(chosen)).toList();
        draft.set(row.with(row.epoch() + Restarts.LOSS, List.of(chosen), joining));
        lines.add(lossText(row, chosen));
    }

    /** What it has whole; one that was in sync and that says nothing of the partition has nothing. */
    private Optional<Position> position(ServerId id, int partition) {
        return Positions.of(seen.sight(id).map(ServerSight::report).orElse(null), partition);
    }

    private String lossText(Partition row, ServerId chosen) {
        Position has = position(chosen, row.id()).orElseThrow();
        String what = has.seq() == 0
                ? "nothing is left, it is empty now, on "
                : "up to entry " + has.seq() + " of epoch " + has.epoch() + ", as " + "it is on ";
        StringBuilder text = new StringBuilder("partition ")
                .append(row.id())
                .append(": ")
                .append(what)
                .append(name(chosen));
        for (ServerId lost : row.inSync()) {
            if (!lost.equals(chosen)) {
                text.append("; what ").append(name(lost)).append(" has beyond is lost");
                position(lost, row.id())
                        .ifPresent(position -> text.append(" (it was at entry ")
                                .append(position.seq())
                                .append(" of epoch ")
                                .append(position.epoch())
                                .append(')'));
            }
        }
        return text.toString();
    }

    private String hopelessText() {
        String ids = hopeless.stream().limit(MOST_LINES).map(String::valueOf).collect(Collectors.joining(", "));
        return "no server that is there has a whole copy of partition " + ids
                + (hopeless.size() > MOST_LINES ? " and " + (hopeless.size() - MOST_LINES) + " more" : "")
                + ": start one that had it, or attach an empty server, whose copy is then the (empty) one";
    }

    private String name(ServerId id) {
        ServerInfo info = draft.server(id);
        return info == null ? id.toString() : info.address().toString();
    }
}
