package io.kumo.table;

import java.util.ArrayList;
import java.util.List;

/**
 * What operators have asked for that lasts: part of the table, so that every leader keeps to it.
 *
 * @param paused partitions are not moved
 * @param drained servers of the table that are to have no primary and no copy
 * @param detached servers that were detached, the latest last: they are new again, but never attached by themselves
 */
public record Orders(boolean paused, List<ServerId> drained, List<ServerId> detached) {
    public static final Orders NONE = new Orders(false, List.of(), List.of());

    /** Detached servers that are remembered; of more the earliest are forgotten. */
    public static final int MOST_DETACHED = 256;

    public Orders {
        drained = List.copyOf(drained);
        detached = List.copyOf(detached);
    }

    public boolean isDrained(ServerId id) {
        return drained.contains(id);
    }

    public boolean isDetached(ServerId id) {
        return detached.contains(id);
    }

    public Orders withPaused(boolean newPaused) {
        return new Orders(newPaused, drained, detached);
    }

    public Orders withDrained(ServerId id) {
        return isDrained(id) ? this : new Orders(paused, with(drained, id), detached);
    }

    /** The server is attached, or as good as: nothing is ordered about it. */
    public Orders without(ServerId id) {
        return new Orders(paused, without(drained, id), without(detached, id));
    }

    /** The server has left the table. */
    public Orders withDetached(ServerId id) {
        List<ServerId> all = with(without(detached, id), id);
        int surplus = Math.max(0, all.size() - MOST_DETACHED);
        return new Orders(paused, without(drained, id), all.subList(surplus, all.size()));
    }

    private static List<ServerId> with(List<ServerId> ids, ServerId id) {
        List<ServerId> more = new ArrayList<>(ids);
        more.add(id);
        return more;
    }

    private static List<ServerId> without(List<ServerId> ids, ServerId id) {
        return ids.stream().filter(other -> !other.equals(id)).toList();
    }
}
