package io.kumo.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.register.Founding.Decision;
import io.kumo.register.Founding.ServerAccount;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FoundingTest {
    private static final List<HostPort> MANAGERS = Tables.managers(2);
    private static final Learned BLANK = new Learned(1, 0, false, true, Optional.empty());
    private static final Map<HostPort, Learned> ALL_BLANK = Map.of(MANAGERS.get(0), BLANK, MANAGERS.get(1), BLANK);
    private static final ServerAccount NEW = new ServerAccount("", Optional.empty());

    private static ServerAccount knows(ClusterTable table) {
        return new ServerAccount(table.clusterId(), Optional.of(table));
    }

    private static String reason(Decision decision) {
        return assertInstanceOf(Decision.Wait.class, decision).reason();
    }

    @Test
    void aClusterIsBornWhenNobodyKnowsOne() {
        assertEquals(
                new Decision.Birth(),
                Founding.decide(MANAGERS, ALL_BLANK, Map.of(new ServerId(1), NEW, new ServerId(2), NEW), 0));
    }

    @Test
    void waitsForEveryManager() {
        Decision decision = Founding.decide(MANAGERS, Map.of(MANAGERS.get(0), BLANK), Map.of(), 0);
        assertTrue(reason(decision).contains("mgr2:19700"), () -> reason(decision));
    }

    @Test
    void learnsFromAManagerThatHasATable() {
        ClusterTable table = Tables.table(9, 2, 3);
        Learned has = new Learned(1, 9, false, true, Optional.of(table));
        assertEquals(
                new Decision.Learn(table),
                Founding.decide(MANAGERS, Map.of(MANAGERS.get(1), has), Map.of(new ServerId(1), NEW), 0));
    }

    @Test
    void newManagersGoOnFromTheNewestTableOfMostServers() {
        ClusterTable older = Tables.table(8, 1, 3);
        ClusterTable newer = Tables.table(9, 1, 3);
        Decision decision = Founding.decide(
                MANAGERS,
                ALL_BLANK,
                Map.of(new ServerId(1), knows(older), new ServerId(3), knows(newer)),
                Founding.PATIENCE_MS);
        ClusterTable table = assertInstanceOf(Decision.Refound.class, decision).table();
        assertEquals(9 + Founding.VERSION_GAP, table.version());
        assertTrue(table.version() > 1_000_000, "beyond what the lost managers may have decided since");
        assertEquals(MANAGERS, table.managers(), "the managers that are configured now");
        assertEquals(newer.servers(), table.servers());
    }

    /** Its primary may have been alone in a table that only it knew, and have forgotten that in a power cut. */
    @Test
    void noEpochThatTheLostManagersMayHaveDecidedIsUsedAgain() {
        Partition row = Partition.empty(0).with(5, List.of(new ServerId(1)), List.of());
        assertEquals(row.with(5 + Founding.EPOCH_GAP, row.inSync(), List.of()), refoundedRow(row));
        assertEquals(Partition.empty(0), refoundedRow(Partition.empty(0)), "nobody has ever had it");
    }

    private static Partition refoundedRow(Partition row) {
        ClusterTable known = Tables.withRow(Tables.table(9, 1, 1), row);
        Decision decision = Founding.decide(MANAGERS, ALL_BLANK, Map.of(new ServerId(1), knows(known)), 0);
        return assertInstanceOf(Decision.Refound.class, decision).table().partition(0);
    }

    /** The third one may be alone in sync by now, and nobody else know it. */
    @Test
    void waitsAWhileForAServerThatMayKnowMoreThanMost() {
        ClusterTable table = Tables.table(9, 1, 3);
        Map<ServerId, ServerAccount> two = Map.of(new ServerId(1), knows(table), new ServerId(2), knows(table));
        Decision decision = Founding.decide(MANAGERS, ALL_BLANK, two, Founding.PATIENCE_MS - 1);
        assertTrue(reason(decision).contains("missing: svr3:19800"), () -> reason(decision));
        assertInstanceOf(Decision.Refound.class, Founding.decide(MANAGERS, ALL_BLANK, two, Founding.PATIENCE_MS));
        Map<ServerId, ServerAccount> all = new HashMap<>(two);
        all.put(new ServerId(3), knows(Tables.table(10, 1, 3)));
        assertEquals(
                10 + Founding.VERSION_GAP,
                assertInstanceOf(Decision.Refound.class, Founding.decide(MANAGERS, ALL_BLANK, all, 0))
                        .table()
                        .version());
    }

    /** It may not come for days. */
    @Test
    void doesNotWaitForAServerThatWasFaulty() {
        ClusterTable table = Tables.table(9, 1, 3);
        List<ServerInfo> servers = new ArrayList<>(table.servers());
        servers.set(2, Tables.server(3, ServerState.FAULT));
        ClusterTable known = Tables.withServers(table, 0, servers);
        Map<ServerId, ServerAccount> two = Map.of(new ServerId(1), knows(known), new ServerId(2), knows(known));
        assertInstanceOf(Decision.Refound.class, Founding.decide(MANAGERS, ALL_BLANK, two, 0));
    }

    /** Told by a server that says it belongs to this one. */
    @Test
    void aTableOfAnotherClusterIsNotTaken() {
        ClusterTable foreign = ClusterTable.birth("00000000000000ff", 3, 1, MANAGERS);
        ServerAccount mixed = new ServerAccount(Tables.CLUSTER, Optional.of(foreign));
        Decision decision = Founding.decide(MANAGERS, ALL_BLANK, Map.of(new ServerId(1), mixed), Founding.PATIENCE_MS);
        assertTrue(reason(decision).contains("has told its table yet"), () -> reason(decision));
    }

    @Test
    void halfOfTheServersIsNotEnough() {
        ClusterTable table = Tables.table(9, 2, 4);
        Decision decision = Founding.decide(
                MANAGERS,
                ALL_BLANK,
                Map.of(new ServerId(1), knows(table), new ServerId(2), knows(table), new ServerId(7), NEW),
                Founding.PATIENCE_MS);
        assertTrue(reason(decision).contains("svr3:19800, svr4:19800"), () -> reason(decision));
    }

    @Test
    void noClusterIsBornWhileAServerBelongsToOne() {
        ServerAccount silent = new ServerAccount(Tables.CLUSTER, Optional.empty());
        assertTrue(reason(Founding.decide(MANAGERS, ALL_BLANK, Map.of(new ServerId(1), silent), 0))
                .contains(Tables.CLUSTER));
    }

    @Test
    void serversOfTwoClustersAreForTheOperator() {
        ServerAccount other = new ServerAccount("00000000000000ff", Optional.empty());
        Decision decision = Founding.decide(
                MANAGERS, ALL_BLANK, Map.of(new ServerId(1), knows(Tables.table(9, 2, 3)), new ServerId(2), other), 0);
        assertTrue(reason(decision).contains("00000000000000c1, 00000000000000ff"), () -> reason(decision));
    }
}
