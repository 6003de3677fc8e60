package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.ctl.BackupPlan.Plan;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackupPlanTest {
    private static final List<ServerId> SERVERS = List.of(new ServerId(1), new ServerId(2), new ServerId(3));
    private static final List<Integer> ALL = IntStream.range(0, 64).boxed().toList();

    private static ClusterTable table(ServerState stateOfTheThird, int copies) {
        List<ServerInfo> servers = new ArrayList<>();
        for (ServerId id : SERVERS) {
            ServerState state = id.value() == 3 ? stateOfTheThird : ServerState.ATTACHED;
            servers.add(new ServerInfo(id, new HostPort("host", (int) id.value()), 1, "", state, true));
        }
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            List<ServerId> inSync = new ArrayList<>();
            for (int copy = 0; copy < copies; copy++) {
                inSync.add(SERVERS.get((i + copy) % 3));
            }
            rows.add(new Partition(i, 1, inSync, List.of(), inSync));
        }
        return ClusterTable.birth("00", 3, 64, List.of(new HostPort("manager", 1)))
                .next(servers, rows);
    }

    @Test
    void copiesWriteAndEachServerAboutAsMany() {
        ClusterTable table = table(ServerState.ATTACHED, 3);
        Plan plan = BackupPlan.of(table, ALL, Set.of(), Map.of());
        assertTrue(plan.impossible().isEmpty());
        Set<Integer> planned = new HashSet<>();
        plan.tasks().forEach((server, partitions) -> {
            assertTrue(partitions.size() >= 20 && partitions.size() <= 23, "" + partitions.size());
            for (int partition : partitions) {
                assertTrue(planned.add(partition), "planned twice");
                assertTrue(!table.partition(partition).isPrimary(server), "a primary writes");
            }
        });
        assertEquals(64, planned.size());
    }

    @Test
    void aPrimaryWritesWhereItIsAlone() {
        Plan plan = BackupPlan.of(table(ServerState.ATTACHED, 1), ALL, Set.of(), Map.of());
        assertTrue(plan.impossible().isEmpty());
        plan.tasks()
                .forEach((server, partitions) ->
                        partitions.forEach(partition -> assertEquals(SERVERS.get(partition % 3), server)));
    }

    @Test
    void deadAndExcludedServersDoNotWriteAndWhoFailedIsTheLastChoice() {
        Plan plan = BackupPlan.of(table(ServerState.FAULT, 3), ALL, Set.of(SERVERS.get(0)), Map.of());
        assertEquals(Set.of(SERVERS.get(1)), plan.tasks().keySet());
        Plan other =
                BackupPlan.of(table(ServerState.ATTACHED, 2), List.of(0), Set.of(), Map.of(0, Set.of(SERVERS.get(1))));
        assertEquals(Map.of(SERVERS.get(0), List.of(0)), other.tasks(), "the primary, as the copy failed");
        Plan none = BackupPlan.of(table(ServerState.FAULT, 1), ALL, Set.of(), Map.of());
        assertEquals(21, none.impossible().size());
    }
}
