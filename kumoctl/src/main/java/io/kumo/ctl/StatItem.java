package io.kumo.ctl;

import io.kumo.protocol.Figure;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code kumostat} can show of a server, in kumofs's words. */
@SuppressWarnings("ImmutableEnumChecker") // its functions have no state
public enum StatItem {
    PID(Figure.PID, "process id"),
    UPTIME(Figure.UPTIME, "seconds since it was started"),
    TIME(Figure.TIME, "its clock, seconds since 1970"),
    VERSION(Figure.VERSION, "its version"),
    CMD_GET(Figure.CMD_GET, "reads that it answered"),
    CMD_SET(Figure.CMD_SET, "writes that it answered, but for deletes"),
    CMD_DELETE(Figure.CMD_DELETE, "deletes that it answered"),
    ITEMS(Figure.CURR_ITEMS, "records in all its copies"),
    STATS(StatItem::stats, "several of these as memcached's stats prints them"),
    RHS(facts -> routing(facts, false), "where reads go: for each server, of how many partitions it is the primary"),
    WHS(
            facts -> routing(facts, true),
            "where writes go: for each server, how many partitions it has or catches up with"),
    HSCHECK(StatItem::isAtRest, "whether copies are where they are meant to be, so that nothing moves"),
    REPLSTAT(ServerFacts::replaceState, "ready, Copying, WAIT, Deleting or inactive"),
    SET_DELAY(facts -> "", "no effect: what one turn of an event loop has to say leaves in one write anyway"),
    UNSET_DELAY(facts -> "", "no effect, as set_delay");

    /** In the order and by the names of kumofs. */
    private static final List<StatItem> IN_STATS = List.of(PID, UPTIME, TIME, CMD_GET, CMD_SET, CMD_DELETE, ITEMS);

    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    private final Function<ServerFacts, String> value;

    private final String help;

    StatItem(Figure figure, String help) {
        this(facts -> facts.text(figure), help);
    }

    StatItem(Function<ServerFacts, String> value, String help) {
        this.value = value;
        this.help = help;
    }

    /** Its name on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String help() {
        return help;
    }

    /** The item of that name. */
    public static Optional<StatItem> named(String word) {
        return Arrays.stream(values()).filter(item -> item.word().equals(word)).findFirst();
    }

    /** Whether the server's table has to be asked for. */
    public boolean needsTable() {
        return this == RHS || this == WHS || this == HSCHECK || this == REPLSTAT;
    }

    /** Whether it is one of kumofs's that change nothing here. */
    public boolean isWithoutEffect() {
        return this == SET_DELAY || this == UNSET_DELAY;
    }

    /** Without the end of its last line. */
    public String of(ServerFacts facts) {
        return value.apply(facts);
    }

    private static String stats(ServerFacts facts) {
        return IN_STATS.stream()
                        .map(item -> "STAT " + (item == ITEMS ? Figure.CURR_ITEMS.word() : item.word()) + " "
                                + item.of(facts) + "\n")
                        .collect(Collectors.joining())
                + "END";
    }

    private static String routing(ServerFacts facts, boolean ofWrites) {
        if (facts.table().isEmpty()) {
            return "version 0";
        }
        ClusterTable table = facts.table().get();
        Map<ServerId, Integer> counts = new HashMap<>();
        for (Partition row : table.partitions()) {
            if (ofWrites) {
                row.inSync().forEach(copy -> counts.merge(copy, 1, Integer::sum));
                row.joining().forEach(copy -> counts.merge(copy, 1, Integer::sum));
            } else {
                row.primary().ifPresent(primary -> counts.merge(primary, 1, Integer::sum));
            }
        }
        StringBuilder out = new StringBuilder("version ").append(table.version());
        for (ServerInfo info : table.servers()) {
            out.append("  ").append(info.address()).append('=').append(counts.getOrDefault(info.id(), 0));
        }
        return out.toString();
    }

    private static String isAtRest(ServerFacts facts) {
        boolean moves = facts.table()
                .map(table -> table.partitions().stream()
                        .anyMatch(row -> !row.joining().isEmpty()
                                || row.inSync().size() != row.target().size()
                                || !row.inSync().containsAll(row.target())))
                .orElse(false);
        return Boolean.toString(!moves);
    }
}
