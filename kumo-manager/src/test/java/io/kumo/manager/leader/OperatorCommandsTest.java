package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.Command.Answer;
import io.kumo.protocol.OperatorMessages.PlanResult;
import io.kumo.protocol.OperatorMessages.SafeToStopResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Pausing, draining, planning, safe-to-stop, detached servers and the loss of data that an operator accepts. */
class OperatorCommandsTest extends LeaderCase {
    private static final List<HostPort> MANAGERS = List.of(new HostPort("m", 19700));
    private static final long LOSS = 1L << 32;

    @Test
    void nothingMovesWhileRebalancingIsPaused() {
        attached(A, B, C);
        decide(new Command.SetPaused(true));
        assertTrue(table.orders().paused());
        reports(D);
        Answer answer = decide(new Command.Attach(true, List.of())).get(0);
        assertTrue(answer.text().contains("'kumoctl MANAGER resume-rebalance'"), answer.text());
        settle(A, B, C, D);
        assertEquals(0, copies(D));
        assertFalse(ClusterStatus.isMoving(table));
        decide(new Command.SetPaused(false));
        settle(A, B, C, D);
        assertEquals(12, copies(D));
        assertEquals(4, primaries(D));
    }

    @Test
    void copiesThatAreMissingAreMadeThoughRebalancingIsPaused() {
        attached(A, B, C);
        decide(new Command.SetPaused(true));
        killed(C);
        decide();
        assertEquals(0, copies(C));
        reports(C);
        settle(A, B, C);
        assertEquals(16, copies(C));
        assertEquals(0, primaries(C), "primaries stay where they are");
    }

    @Test
    void aDrainedServerHandsItsPrimariesOverFirst() {
        attached(A, B, C);
        reports(D);
        decide(new Command.Attach(true, List.of()));
        settle(A, B, C, D);
        decide(new Command.Drain(List.of("s1")));
        assertEquals(0, primaries(A), "before anything is copied");
        assertEquals(12, copies(A));
        settle(A, B, C, D);
        assertEquals(0, copies(A));
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().size() == 3));
        assertTrue(table.server(A).isPresent(), "it stays in the table");
        assertEquals("drained", ClusterStatus.servers(table, observe()).get(0).state());
    }

    @Test
    void aDrainedServerKeepsCopiesThatNobodyElseCanHave() {
        attached(A, B, C);
        decide(new Command.Drain(List.of("s1")));
        settle(A, B, C);
        assertEquals(0, primaries(A));
        assertEquals(16, copies(A));
        killed(A);
        decide();
        assertEquals(0, copies(A));
        reports(A);
        settle(A, B, C);
        assertEquals(16, copies(A), "and gets them again after a restart");
        assertEquals(0, primaries(A));
    }

    @Test
    void onlyAttachByNameEndsADrain() {
        attached(A, B, C);
        decide(new Command.SetAutoReplace(true));
        decide(new Command.Drain(List.of("s1:19800")));
        passMs(10_000);
        settle(A, B, C);
        decide(new Command.Attach(true, List.of()));
        decide(new Command.Replace());
        settle(A, B, C);
        assertEquals(0, primaries(A));
        assertTrue(table.orders().isDrained(A));
        decide(new Command.Attach(true, List.of("s1")));
        settle(A, B, C);
        assertFalse(table.orders().isDrained(A));
        assertTrue(primaries(A) >= 5, "it leads again");
    }

    @Test
    void aDrainedServerTakesOverOnlyWhereNobodyElseCan() {
        attached(A, B, C);
        decide(new Command.Drain(List.of("s1")));
        settle(A, B, C);
        killed(B);
        decide();
        assertEquals(0, primaries(A));
        killed(C);
        decide();
        assertEquals(16, primaries(A));
    }

    @Test
    void refusesToDrainWhatCannotBeDrained() {
        attached(A, B);
        assertRefused("not attached", new Command.Drain(List.of(D.toString())), D);
        assertRefused("name the servers", new Command.Drain(List.of()));
        assertRefused("no live server would be left", new Command.Drain(List.of("s1", "s2")));
        killed(B);
        decide();
        assertRefused("no live server would be left", new Command.Drain(List.of("s1")));
    }

    @Test
    void aDetachedServerThatGoesOnRunningIsNotAttachedByItself() {
        attached(A, B, C);
        reports(D);
        decide(new Command.Attach(true, List.of()));
        decide(new Command.SetAutoReplace(true));
        settle(A, B, C, D);
        decide(new Command.Detach(true, List.of("s1")));
        settle(A, B, C, D);
        assertTrue(table.server(A).isEmpty());
        assertTrue(table.orders().isDetached(A));
        passMs(60_000);
        settle(A, B, C, D);
        assertTrue(table.server(A).isEmpty());
        decide(new Command.Attach(true, List.of("s1")));
        assertTrue(table.server(A).isPresent());
        assertFalse(table.orders().isDetached(A));
    }

    @Test
    void safeToStopSaysWhyNot() {
        attached(A, B, C);
        assertTrue(safeToStop("s1").safe());
        assertTrue(safeToStop("s1", "s2").safe());
        SafeToStopResult all = safeToStop("s1", "s2", "s3");
        assertFalse(all.safe());
        assertEquals(16, all.partitions().size());
        assertTrue(all.reasons().get(0).startsWith("16 partitions have no live copy in sync besides s1:19800, "));
        killed(B);
        decide();
        assertTrue(safeToStop("s1").safe());
        report(C, new ServerReportBuilder(C).minCopies(2));
        SafeToStopResult few = safeToStop("s1");
        assertFalse(few.safe());
        assertTrue(
                few.reasons().get(0).contains("fewer than --min-copies 2"),
                few.reasons().toString());
        assertFalse(safeToStop("nobody").safe());
        assertFalse(safeToStop().safe());
    }

    /** Nothing has been decided yet of what was seen. */
    @Test
    void safeToStopCountsWhoServesNowOnly() {
        attached(A, B);
        reportAnew(B, new ServerReportBuilder(B).restarted());
        assertFalse(safeToStop("s1").safe(), "B has to be taken back first");
        decide();
        reports(A, B);
        assertTrue(safeToStop("s1").safe());
        killed(B);
        assertFalse(safeToStop("s1").safe(), "B is gone");
        killed(A);
        decide();
        reports(A, B);
        assertFalse(safeToStop("s1").safe(), "both are marked as faulty");
        decide();
        assertTrue(safeToStop("s1").safe());
    }

    @Test
    void safeToStopNamesOnlyPartitionsOfTheServersThatAreToBeStopped() {
        attached(A, B, C, D);
        killed(A);
        decide();
        report(C, new ServerReportBuilder(C).minCopies(3));
        assertTrue(copies(D) < PARTITIONS);
        assertEquals(copies(D), safeToStop("s4").partitions().size());
    }

    @Test
    void safeToStopKnowsWhoVotes() {
        attached(A, B, C);
        List<HostPort> two = List.of(new HostPort("m", 19700), new HostPort("n", 19700));
        table = new ClusterTable(
                table.clusterId(), table.version(), 3, false, 0, two, table.servers(), table.partitions(), Orders.NONE);
        assertTrue(safeToStop(two, "s1", "s2").safe());
        assertTrue(safeToStop(MANAGERS, "s1").safe());
        SafeToStopResult result = safeToStop(MANAGERS, "s1", "s2");
        assertFalse(result.safe());
        assertTrue(
                result.reasons().get(0).contains("could not decide"),
                result.reasons().toString());
        killed(C);
        assertFalse(safeToStop(MANAGERS, "s1").safe(), "who is gone does not vote");
    }

    @Test
    void aPlanSaysWhatWouldMoveAndDoesNothing() {
        attached(A, B, C);
        reports(D);
        ClusterTable before = table;
        PlanResult attach = leader().plan(table, observe(), new Command.Attach(true, List.of()));
        assertEquals(12, attach.copies());
        assertEquals(4, attach.primaries());
        assertEquals(12 * 1_000, attach.bytes(), "16,000 bytes for 16 copies");
        assertEquals(12, attach.servers().get(3).copiesToMake());
        assertEquals(0, attach.servers().get(3).copiesNow());
        assertEquals(12, attach.servers().get(0).copiesThen());
        PlanResult drain = leader().plan(table, observe(), new Command.Drain(List.of("s1")));
        assertEquals(0, drain.copies());
        assertTrue(drain.primaries() >= primaries(A), () -> drain.toString());
        KumoException refused = assertThrows(
                KumoException.class,
                () -> leader().plan(table, observe(), new Command.Detach(true, List.of("nobody"))));
        assertTrue(String.valueOf(refused.getMessage()).contains("no server is known as 'nobody'"));
        assertEquals(before, table);
    }

    @Test
    void aServerThatIsBeingStoppedIsReplacedAtOnce() {
        attached(A, B, C);
        report(A, new ServerReportBuilder(A).stopping());
        decide();
        assertEquals(ServerState.FAULT, table.server(A).orElseThrow().state());
        assertEquals(0, primaries(A));
    }

    @Test
    void aPartitionThatIsServedIsNotForced() {
        attached(A, B, C);
        assertRefused("is not down", new Command.ForcePromote(List.of(3)));
        assertRefused("nothing to force", new Command.ForcePromote(List.of()));
        assertRefused("there is no partition 16", new Command.ForcePromote(List.of(16)));
    }

    @Test
    void aCopyThatIsBehindIsForcedToLeadOnceAllInSyncAreGone() {
        attached(A, B, C);
        killed(C);
        decide();
        killed(A);
        decide();
        killed(B);
        decide();
        report(C, new ServerReportBuilder(C).at(1, 70));
        settle();
        report(C, new ServerReportBuilder(C).at(1, 70));
        decide();
        assertEquals(List.of(C), table.partition(5).joining());
        long epoch = table.partition(5).epoch();
        List<Answer> answers = decide(new Command.ForcePromote(List.of(5)));
        assertTrue(answers.get(0).isAccepted(), answers.toString());
        assertTrue(answers.get(0).text().contains("up to entry 70 of epoch 1"), answers.toString());
        assertTrue(answers.get(0).text().contains("is lost"), answers.toString());
        assertEquals(List.of(C), table.partition(5).inSync());
        assertEquals(epoch + LOSS, table.partition(5).epoch());
        assertFalse(table.partition(6).inSync().contains(C), "only what was named");
        decide(new Command.ForcePromote(List.of()));
        assertEquals(16, primaries(C));
        reports(A, B);
        settle(A, B, C);
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().size() == 3));
    }

    @Test
    void theWaitAfterAPowerCutCanBeEnded() {
        attached(A, B, C);
        killed(A);
        killed(B);
        killed(C);
        decide();
        report(A, new ServerReportBuilder(A).lossy(5));
        report(B, new ServerReportBuilder(B).lossy(9));
        decide();
        Partition waiting = table.partition(0);
        assertEquals(Set.of(A, B, C), Set.copyOf(waiting.inSync()), "they wait for C");
        String text = decide(new Command.ForcePromote(List.of())).get(0).text();
        assertTrue(text.contains("up to entry 9 of epoch 1"), text);
        settle(A, B);
        for (Partition row : table.partitions()) {
            assertEquals(Set.of(A, B), Set.copyOf(row.inSync()));
            assertTrue(row.epoch() >= LOSS);
        }
    }

    @Test
    void whoWentAwayAgainIsNotForcedToLead() {
        attached(A, B, C);
        killed(A);
        killed(B);
        killed(C);
        decide();
        report(A, new ServerReportBuilder(A).lossy(5));
        report(B, new ServerReportBuilder(B).lossy(9));
        decide();
        killed(B);
        String text = decide(new Command.ForcePromote(List.of(0))).get(0).text();
        assertTrue(text.contains("up to entry 5 of epoch 1"), text);
        assertEquals(List.of(A), table.partition(0).inSync());
    }

    @Test
    void whereNoCopyIsThereNothingIsForced() {
        attached(A, B);
        killed(A);
        decide();
        killed(B);
        decide();
        assertRefused("no server that is there has a whole copy", new Command.ForcePromote(List.of(1)));
        assertRefused("no server that is there has a whole copy", new Command.ForcePromote(List.of()));
        reports(D);
        decide(new Command.Attach(true, List.of()));
        decide();
        assertTrue(table.partition(1).joining().contains(D));
        report(D, new ServerReportBuilder(D).at(0, 0));
        String text = decide(new Command.ForcePromote(List.of(1))).get(0).text();
        assertTrue(text.contains("nothing is left"), text);
        assertTrue(table.partition(1).isPrimary(D));
    }

    @Test
    void theInSyncSetIsGivenUpByForceOnly() {
        attached(A, B, C);
        Partition row = table.partition(3);
        ServerId joiner = row.inSync().get(2);
        List<Partition> rows = new ArrayList<>(table.partitions());
        rows.set(3, row.with(row.epoch(), row.inSync().subList(0, 2), List.of(joiner)));
        ClusterTable before = table.next(table.servers(), rows);
        rows.set(3, row.with(row.epoch() + 1, List.of(joiner), List.of()));
        ClusterTable taken = before.next(before.servers(), rows);
        assertThrows(IllegalStateException.class, () -> TableRules.check(before, taken, observe()));
        rows.set(3, row.with(row.epoch() + LOSS, List.of(joiner), List.of()));
        ClusterTable forced = before.next(before.servers(), rows);
        TableRules.check(before, forced);
        assertThrows(
                IllegalStateException.class,
                () -> TableRules.check(before, forced, observe()),
                "those in sync are there");
    }

    private SafeToStopResult safeToStop(String... servers) {
        return safeToStop(MANAGERS, servers);
    }

    private SafeToStopResult safeToStop(List<HostPort> managers, String... servers) {
        return StopCheck.of(table, observe(), LeaderOptions.DEFAULT, List.of(servers), managers);
    }

    private void assertRefused(String why, Command command, ServerId... reporting) {
        reports(reporting);
        Answer answer = decide(command).get(0);
        assertFalse(answer.isAccepted(), answer.text());
        assertTrue(answer.text().contains(why), answer.text());
    }
}
