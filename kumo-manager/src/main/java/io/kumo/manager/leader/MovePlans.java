package io.kumo.manager.leader;

import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.protocol.OperatorMessages.ServerPlan;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a command would move: for kumoctl plan. Nothing is changed. */
final class MovePlans {
    /** What becomes of one server. */
    private static final class Change {
        private int copiesNow;
        private int copiesThen;
        private int primariesNow;
        private int primariesThen;
        private int copiesToMake;
    }

    private final Map<ServerId, Change> changes = new HashMap<>();
    private int copies;
    private int primaries;

    private MovePlans() {}

    /** @param draft after the command */
    static PlanResult of(String text, ClusterTable now, Draft draft, Observations seen) {
        MovePlans plans = new MovePlans();
        for (Partition row : now.partitions()) {
            plans.add(row, draft.rows().get(row.id()));
        }
        return plans.result(text, draft, seen);
    }

    private Change change(ServerId id) {
        return changes.computeIfAbsent(id, unknown -> new Change());
    }

    private void add(Partition now, Partition then) {
        for (ServerId copy : now.inSync()) {
            change(copy).copiesNow++;
        }
        now.primary().ifPresent(primary -> change(primary).primariesNow++);
        for (ServerId copy : then.target()) {
            change(copy).copiesThen++;
            if (!now.inSync().isEmpty() && !now.inSync().contains(copy)) {
                change(copy).copiesToMake++;
                copies++;
            }
        }
        if (!then.target().isEmpty()) {
            change(then.target().get(0)).primariesThen++;
            primaries += now.inSync().isEmpty() || now.isPrimary(then.target().get(0)) ? 0 : 1;
        }
    }

    private PlanResult result(String text, Draft draft, Observations seen) {
        Set<ServerId> ids = new HashSet<>(changes.keySet());
        draft.servers().forEach(info -> ids.add(info.id()));
        long bytesPerCopy = bytesPerCopy(seen);
        ServerNames names = new ServerNames(draft.servers(), seen);
        List<ServerPlan> servers = new ArrayList<>();
        for (ServerId id : ids) {
            Change change = change(id);
            ServerInfo info = draft.server(id);
            servers.add(new ServerPlan(
                    id,
                    info == null ? names.name(id) : info.address().toString(),
                    change.primariesNow,
                    change.primariesThen,
                    change.copiesNow,
                    change.copiesThen,
                    change.copiesToMake,
                    change.copiesToMake * bytesPerCopy));
        }
        servers.sort(Comparator.comparing(ServerPlan::address));
        return new PlanResult(text, copies, primaries, copies * bytesPerCopy, servers);
    }

    /** What a copy takes on the servers that have some now, on average. */
    private long bytesPerCopy(Observations seen) {
        long bytes = 0;
        long count = 0;
        for (Map.Entry<ServerId, Change> entry : changes.entrySet()) {
            ServerReport report =
                    seen.sight(entry.getKey()).map(ServerSight::report).orElse(null);
            if (report != null && entry.getValue().copiesNow > 0) {
                bytes += report.bytes();
                count += entry.getValue().copiesNow;
            }
        }
        return count == 0 ? 0 : bytes / count;
    }
}
