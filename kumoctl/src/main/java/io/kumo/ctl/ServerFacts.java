package io.kumo.ctl;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.Figure;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one server told of itself.
 *
 * @param table that it goes by; empty if it knows none, or was not asked
 */
public record ServerFacts(HostPort address, Map<String, String> figures, Optional<ClusterTable> table) {
    /** From what it answered. */
    public static ServerFacts of(HostPort address, List<StatEntry> entries, Optional<ClusterTable> table) {
        Map<String, String> figures = new LinkedHashMap<>();
        entries.forEach(entry -> figures.put(entry.name(), entry.value()));
        return new ServerFacts(address, figures, table);
    }

    /** Empty for a figure that an older version does not have. */
    public String text(Figure figure) {
        return figures.getOrDefault(figure.word(), "");
    }

    /** 0 for a figure that is not there. */
    public long number(Figure figure) {
        String text = text(figure);
        return text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /**
     * kumofs's words for what it does about copies: inactive, WAIT (copies are planned for it, and have not begun),
     * Copying, Deleting (it has copies that are to go), ready.
     */
    String replaceState() {
        Optional<ServerId> self = table.flatMap(known -> known.servers().stream()
                .filter(info -> info.id().toString().equals(text(Figure.ID)))
                .map(info -> info.id())
                .findFirst());
        if (table.isEmpty() || self.isEmpty()) {
            return "inactive";
        }
        ServerId id = self.get();
        boolean waits = false;
        boolean deletes = false;
        for (Partition row : table.get().partitions()) {
            if (row.joining().contains(id)) {
                return "Copying";
            }
            waits |= row.target().contains(id) && !row.names(id);
            deletes |= !row.target().contains(id) && row.names(id);
        }
        return waits ? "WAIT" : deletes ? "Deleting" : "ready";
    }
}
