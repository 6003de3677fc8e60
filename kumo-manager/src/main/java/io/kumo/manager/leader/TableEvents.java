package io.kumo.manager.leader;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What happened from one table to a later one, in words: every manager can tell it, not only the one that leads. */
public final class TableEvents {
    private TableEvents() {}

    public static List<LeaderEvent> between(ClusterTable before, ClusterTable after) {
        List<LeaderEvent> events = new ArrayList<>();
        for (ServerInfo now : after.servers()) {
            Optional<ServerInfo> was = before.server(now.id());
            if (was.isEmpty()) {
                add(events, "attached", now, "is attached");
            } else {
                compare(events, was.get(), now);
            }
        }
        for (ServerInfo was : before.servers()) {
            if (after.server(was.id()).isEmpty()) {
                add(events, "detached", was, "is detached");
            }
        }
        if (after.autoReplace() != before.autoReplace()) {
            String text = "auto-replace is " + (after.autoReplace() ? "on" : "off");
            events.add(new LeaderEvent("auto-replace", Optional.empty(), text));
        }
        orders(events, before, after);
        int downBefore = ClusterStatus.down(before);
        int downNow = ClusterStatus.down(after);
        if (downBefore != downNow) {
            events.add(new LeaderEvent("down", Optional.empty(), downNow + " partitions have no live copy in sync"));
        }
        boolean moved = ClusterStatus.isMoving(before);
        boolean moves = ClusterStatus.isMoving(after);
        if (moved != moves) {
            String text = moves ? "partitions are being moved" : "all partitions are where they belong";
            events.add(new LeaderEvent(moves ? "rebalance-started" : "rebalance-ended", Optional.empty(), text));
        }
        return events;
    }

    private static void orders(List<LeaderEvent> events, ClusterTable before, ClusterTable after) {
        if (before.orders().paused() != after.orders().paused()) {
            boolean paused = after.orders().paused();
            String text = paused ? "rebalancing is paused" : "rebalancing goes on";
            events.add(new LeaderEvent(paused ? "rebalance-paused" : "rebalance-resumed", Optional.empty(), text));
        }
        for (ServerInfo now : after.servers()) {
            boolean was = before.orders().isDrained(now.id());
            boolean is = after.orders().isDrained(now.id());
            if (is && !was) {
                add(events, "draining", now, "is being drained");
            } else if (was && !is) {
                add(events, "undrained", now, "may have copies again");
            }
            if (is && isEmptied(after, now) && !(was && isEmptied(before, now))) {
                add(events, "drained", now, "is drained: it leads nothing, and has no copy that others could have");
            }
        }
        long lossy = after.partitions().stream()
                .filter(row -> row.epoch() >= before.partition(row.id()).epoch() + Restarts.LOSS)
                .count();
        if (lossy > 0) {
            String text = lossy + " partitions go on with a copy that may lack acknowledged writes";
            events.add(new LeaderEvent("data-loss", Optional.empty(), text));
        }
    }

    /** Whether a drained server has no more than it is to keep. */
    private static boolean isEmptied(ClusterTable table, ServerInfo info) {
        return table.partitions().stream()
                .allMatch(row -> !row.isPrimary(info.id())
                        && (!row.names(info.id()) || row.target().contains(info.id())));
    }

    private static void compare(List<LeaderEvent> events, ServerInfo was, ServerInfo now) {
        if (was.incarnation() != now.incarnation()) {
            add(events, "restarted", now, "was restarted");
        }
        if (was.state() != now.state()) {
            String kind = now.state() == ServerState.ATTACHED
                    ? "returned"
                    : now.state().name().toLowerCase(Locale.ROOT);
            String text = switch (now.state()) {
                case ATTACHED -> "is back";
                case FAULT -> "is marked as faulty";
                case LEAVING -> "is being detached";
            };
            add(events, kind, now, text);
        }
        if (was.placed() && !now.placed() && now.state() == ServerState.FAULT) {
            add(events, "replaced", now, "has been away for long: its copies are made elsewhere");
        }
    }

    private static void add(List<LeaderEvent> events, String kind, ServerInfo info, String what) {
        events.add(new LeaderEvent(kind, Optional.of(info.id()), "server " + info.address() + " " + what));
    }
}
