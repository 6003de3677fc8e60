package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaderTest extends LeaderCase {
    @Test
    void theFirstAttachFillsEveryRowAtOnce() {
        reports(A, B, C);
        decide(new Command.Attach(true, List.of()));
        assertEquals(2, table.version());
        for (Partition row : table.partitions()) {
            assertEquals(3, row.inSync().size());
            assertEquals(row.target(), row.inSync());
            assertEquals(1, row.epoch());
        }
        assertEquals(0, table.plannedMoves());
    }

    @Test
    void withFewerServersThanCopiesThereAreAsManyCopiesAsServers() {
        reports(A);
        decide(new Command.Attach(true, List.of()));
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().equals(List.of(A))));
        reports(A, B);
        decide(new Command.Attach(true, List.of("s2:19800")));
        assertTrue(table.partitions().stream().allMatch(row -> row.joining().equals(List.of(B))));
    }

    @Test
    void attachWithoutReplaceWaitsForReplace() {
        reports(A, B);
        decide(new Command.Attach(false, List.of()));
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().isEmpty()));
        decide(new Command.Replace());
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().size() == 2));
    }

    @Test
    void aServerThatLeavesIsReplacedAsPrimaryAndComesBackAsJoiner() {
        attached(A, B, C);
        killed(C);
        decide();
        assertEquals(ServerState.FAULT, table.server(C).orElseThrow().state());
        for (Partition row : table.partitions()) {
            assertEquals(2, row.inSync().size());
            assertFalse(row.names(C));
            assertEquals(row.target().get(0).equals(C) ? 2 : 1, row.epoch());
        }
        reports(C);
        decide();
        assertEquals(ServerState.ATTACHED, table.server(C).orElseThrow().state());
        assertTrue(table.partitions().stream().allMatch(row -> row.joining().equals(List.of(C))));
    }

    @Test
    void aServerWhoseAddressRefusesIsGoneAtOnce() {
        attached(A, B, C);
        HostPort address = new HostPort("s3", 19800);
        book.onNobodyThere(C, address, nowMs);
        decide();
        assertTrue(table.server(C).orElseThrow().isAttached(), "its connection is there");
        nowMs += 1_000;
        reports(A, B);
        book.onClosed(C, connection(C), nowMs);
        decide();
        assertTrue(table.server(C).orElseThrow().isAttached(), "what was seen earlier does not count");
        book.onNobodyThere(C, new HostPort("elsewhere", 19800), nowMs);
        decide();
        assertTrue(table.server(C).orElseThrow().isAttached(), "another address does not count");
        book.onNobodyThere(C, address, nowMs);
        decide();
        assertEquals(ServerState.FAULT, table.server(C).orElseThrow().state());
    }

    @Test
    void theLastCopyInSyncIsNeverRemoved() {
        attached(A);
        nowMs += 60_000;
        decide();
        assertEquals(ServerState.FAULT, table.server(A).orElseThrow().state());
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().equals(List.of(A))));
    }

    @Test
    void whoIsGoneStaysInSyncUntilAnotherCopyIsKnownToBeGood() {
        attached(A, B);
        ReportBook newBook = new ReportBook(nowMs);
        newBook.onTable(table);
        newBook.onReport(new ServerReportBuilder(A).build(), connection(A), nowMs);
        newBook.onClosed(A, connection(A), nowMs);
        nowMs += 300;
        ClusterTable next = leader().next(table, newBook.observe(false, nowMs), List.of())
                .table()
                .orElseThrow();
        assertEquals(ServerState.FAULT, next.server(A).orElseThrow().state());
        assertEquals(table.partitions(), next.partitions());
        newBook.onReport(new ServerReportBuilder(B).build(), connection(B), nowMs);
        next = leader().next(table, newBook.observe(false, nowMs), List.of())
                .table()
                .orElseThrow();
        assertTrue(next.partitions().stream().allMatch(row -> row.inSync().equals(List.of(B))));
    }

    @Test
    void withTwoManagersOneServerIsLeftToVote() {
        table = ClusterTable.birth("c0ffee", 3, 16, List.of(new HostPort("m", 19700), new HostPort("n", 19700)));
        attached(A, B);
        nowMs += 60_000;
        assertTrue(next().table().isEmpty());
        reports(A);
        decide();
        assertEquals(ServerState.ATTACHED, table.server(A).orElseThrow().state());
        assertEquals(ServerState.FAULT, table.server(B).orElseThrow().state());
    }

    @Test
    void nobodyIsGoneBecauseTheManagerStoodStill() {
        attached(A, B, C);
        nowMs += 60_000;
        book.onPause(60_000);
        assertTrue(next().table().isEmpty());
        nowMs += 60_000;
        assertTrue(next().table().isPresent());
    }

    @Test
    void anOldWordDoesNotBringAJoinerIntoSync() {
        attached(A, B, C);
        Partition row = table.partition(0);
        ServerId primary = row.inSync().get(0);
        ServerId copy = row.inSync().get(1);
        CopyReport word = new CopyReport(0, row.epoch(), copy);
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        nowMs += 1_500;
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        decide();
        assertEquals(List.of(copy), table.partition(0).joining());
        long since = table.version();
        report(primary, new ServerReportBuilder(primary).joined(word).old());
        decide();
        assertEquals(List.of(copy), table.partition(0).joining());
        assertEquals(since, table.version());
        report(primary, new ServerReportBuilder(primary).joined(word));
        decide();
        assertTrue(table.partition(0).inSync().contains(copy));
    }

    @Test
    void aJoinerThatDoesNotAnswerAnyMoreIsDroppedByAVersionOfItsOwn() {
        attached(A, B, C);
        Partition row = table.partition(0);
        ServerId primary = row.inSync().get(0);
        CopyReport word = new CopyReport(0, row.epoch(), row.inSync().get(2));
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        nowMs += 1_100;
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        decide();
        assertEquals(List.of(word.copy()), table.partition(0).joining());
        report(primary, new ServerReportBuilder(primary).joined(word).unresponsive(word));
        decide();
        assertTrue(
                table.partition(0).inSync().contains(word.copy()),
                "its primary waits for it until it hears of a change");
        decide();
        assertEquals(List.of(word.copy()), table.partition(0).joining());
    }

    /** Where several members are cut off at once the group may have them for long. */
    @Test
    void whoIsSilentIsFaultyAlsoWhileTheGroupHasIt() {
        attached(A, B, C);
        nowMs += LeaderOptions.DEFAULT.faultAfterMs() + 400;
        reports(A, B);
        decide();
        assertEquals(ServerState.ATTACHED, table.server(C).orElseThrow().state());
        nowMs += 200;
        reports(A, B);
        decide();
        assertEquals(ServerState.FAULT, table.server(C).orElseThrow().state());
    }

    @Test
    void aComplaintEndsWithThePrimaryWhoseItIs() {
        attached(A, B, C);
        Partition row = table.partition(0);
        ServerId primary = row.inSync().get(0);
        CopyReport word = new CopyReport(0, row.epoch(), row.inSync().get(1));
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        nowMs += 1_100;
        reports(row.inSync().get(1), row.inSync().get(2));
        killed(primary);
        decide();
        assertEquals(
                Set.copyOf(row.inSync().subList(1, 3)),
                Set.copyOf(table.partition(0).inSync()),
                "both are there, and the primary is not");
    }

    @Test
    void aPrimaryWhoseOwnLogIsStuckHandsOverAndJoinsAgain() {
        attached(A, B, C);
        Partition row = table.partition(0);
        ServerId primary = row.inSync().get(0);
        CopyReport word = new CopyReport(0, row.epoch(), primary);
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        decide();
        assertEquals(row, table.partition(0), "not at once");
        nowMs += 1_100;
        report(primary, new ServerReportBuilder(primary).unresponsive(word));
        decide();
        Partition next = table.partition(0);
        assertEquals(row.epoch() + 1, next.epoch());
        assertEquals(row.inSync().subList(1, 3), next.inSync());
        assertEquals(List.of(primary), next.joining());
    }

    @Test
    void aRestartedServerThatMayLackSomethingCatchesUp() {
        attached(A, B, C);
        reportAnew(C, new ServerReportBuilder(C).lossy(7));
        decide();
        assertEquals(2, table.server(C).orElseThrow().incarnation());
        assertTrue(table.partitions().stream().allMatch(row -> row.joining().equals(List.of(C))));
    }

    /** The others may have restarted too, and the manager not have heard of it. */
    @Test
    void whoMayLackSomethingIsGivenUpOnlyForACopyThatHasReported() {
        attached(A, B, C);
        ReportBook newBook = new ReportBook(nowMs);
        newBook.onTable(table);
        newBook.onReport(new ServerReportBuilder(A).lossy(5).build(), connection(A), nowMs);
        assertEquals(table.partitions(), after(newBook).partitions(), "it waits");
        newBook.onReport(new ServerReportBuilder(C).build(), connection(C), nowMs);
        for (Partition row : after(newBook).partitions()) {
            assertEquals(Set.of(B, C), Set.copyOf(row.inSync()));
            assertTrue(row.isPrimary(C) || !table.partition(row.id()).isPrimary(A), "B has not reported");
        }
    }

    @Test
    void aManagerThatHasJustStartedTakesBackTheFirstThatReports() {
        attached(A, B, C);
        ReportBook newBook = new ReportBook(nowMs);
        newBook.onTable(table);
        newBook.onReport(new ServerReportBuilder(A).restarted().build(), connection(A), nowMs);
        ClusterTable next = after(newBook);
        assertEquals(2, next.server(A).orElseThrow().incarnation());
        assertTrue(next.partitions().stream().allMatch(row -> row.inSync().size() == 3));
    }

    private ClusterTable after(ReportBook newBook) {
        return leader().next(table, newBook.observe(false, nowMs), List.of())
                .table()
                .orElseThrow();
    }

    @Test
    void afterAPowerCutTheCopyThatGotFurthestIsChosenOnceAllAreBack() {
        attached(A, B, C);
        killed(C);
        reportAnew(A, new ServerReportBuilder(A).lossy(5));
        reportAnew(B, new ServerReportBuilder(B).lossy(9));
        decide();
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().size() == 3 && row.epoch() == 1));
        report(C, new ServerReportBuilder(C).lossy(7));
        decide();
        for (Partition row : table.partitions()) {
            assertEquals(List.of(B), row.inSync());
            assertEquals(Set.of(A, C), Set.copyOf(row.joining()));
            assertEquals(1 + (1L << 32), row.epoch());
        }
    }

    @Test
    void aServerThatRestartedWithAllItAcknowledgedGoesOnInANewEpoch() {
        attached(A, B, C);
        reportAnew(C, new ServerReportBuilder(C).restarted());
        decide();
        for (Partition row : table.partitions()) {
            assertEquals(3, row.inSync().size());
            assertEquals(row.isPrimary(C) ? 2 : 1, row.epoch());
        }
    }

    @Test
    void aDetachedServerLeavesOnceItsCopiesHaveSuccessors() {
        attached(A, B, C);
        reports(D);
        decide(new Command.Attach(true, List.of()));
        decide(new Command.Detach(true, List.of(A.toString())));
        for (int rounds = 0; rounds < 100 && table.server(A).isPresent(); rounds++) {
            table.servers().forEach(info -> report(info.id(), new ServerReportBuilder(info.id()).joined()));
            decide();
        }
        assertTrue(table.server(A).isEmpty());
        assertTrue(table.partitions().stream()
                .allMatch(row -> Set.copyOf(row.inSync()).equals(Set.of(B, C, D))));
    }

    /** A manager that has just started does not know yet who has restarted without its data. */
    @Test
    void aCopyIsNotGivenUpForOneThatHasNotReported() {
        attached(A, B, C);
        reports(D);
        decide(new Command.Attach(true, List.of()));
        decide(new Command.Detach(true, List.of(A.toString())));
        int spared = 0;
        for (int rounds = 0; rounds < 100 && table.server(A).isPresent(); rounds++) {
            table.servers().forEach(info -> report(info.id(), new ServerReportBuilder(info.id()).joined()));
            ReportBook newBook = new ReportBook(nowMs);
            newBook.onTable(table);
            List.of(A, B, D)
                    .forEach(id -> newBook.onReport(new ServerReportBuilder(id).build(), connection(id), nowMs));
            ClusterTable next = leader().next(table, newBook.observe(false, nowMs), List.of())
                    .table()
                    .orElse(table);
            for (Partition row : table.partitions()) {
                assertTrue(next.partition(row.id()).inSync().containsAll(row.inSync()), row::toString);
                spared += row.inSync().size() > table.replicas() ? 1 : 0;
            }
            decide();
        }
        assertTrue(table.server(A).isEmpty());
        assertTrue(spared > 0, "there was something to give up");
    }

    @Test
    void refusesWhatCannotBeDone() {
        assertFalse(isAccepted(new Command.Attach(true, List.of())));
        attached(A, B);
        assertFalse(isAccepted(new Command.Detach(true, List.of("s1:19800", "s2"))));
        assertFalse(isAccepted(new Command.Detach(true, List.of("nobody"))));
        assertTrue(isAccepted(new Command.Detach(true, List.of())));
    }

    @Test
    void joinsNoMorePartitionsAtOnceThanAllowed() {
        LeaderOptions few = new LeaderOptions(3_000, 0, 0, 1_000, 3, 64);
        attached(A, B, C);
        reports(D);
        Decision decision =
                new Leader(few).next(table, observe(), List.of(new Pending(1, new Command.Attach(true, List.of()))));
        long joining = decision.table().orElseThrow().partitions().stream()
                .filter(row -> row.joining().contains(D))
                .count();
        assertEquals(3, joining);
    }

    @Test
    void attachesByItselfWhereThatIsSwitchedOn() {
        decide(new Command.SetAutoReplace(true));
        reports(A, B, C);
        decide();
        assertTrue(table.servers().isEmpty());
        nowMs += 5_000;
        reports(A, B, C);
        decide();
        assertEquals(3, table.servers().size());
        assertTrue(table.partitions().stream().allMatch(row -> row.inSync().size() == 3));
    }

    @Test
    void aBrokenRuleStopsTheProposal() {
        attached(A, B);
        Partition row = table.partition(3);
        List<Partition> rows = new ArrayList<>(table.partitions());
        rows.set(3, row.with(row.epoch(), List.of(row.inSync().get(1)), List.of()));
        ClusterTable stolen = table.next(table.servers(), rows);
        assertThrows(IllegalStateException.class, () -> TableRules.check(table, stolen));
        rows.set(3, row.with(row.epoch(), List.of(), row.inSync()));
        ClusterTable empty = table.next(table.servers(), rows);
        assertThrows(IllegalStateException.class, () -> TableRules.check(table, empty));
        List<ServerInfo> gone = table.servers().subList(1, 2);
        ClusterTable unknown = table.next(gone, table.partitions());
        assertThrows(IllegalStateException.class, () -> TableRules.check(table, unknown));
    }

    @Test
    void whoMayLackSomethingMustNotStayInSync() {
        attached(A, B, C);
        List<ServerInfo> servers = new ArrayList<>();
        for (ServerInfo info : table.servers()) {
            servers.add(info.id().equals(C) ? info.restartedAs(info.address(), 2, info.zone()) : info);
        }
        List<Partition> rows = table.partitions().stream()
                .map(row -> row.with(row.epoch() + 1, row.inSync(), row.joining()))
                .toList();
        ClusterTable next = table.next(servers, rows);
        reportAnew(C, new ServerReportBuilder(C).lossy(7));
        assertThrows(IllegalStateException.class, () -> TableRules.check(table, next, observe()));
        reportAnew(C, new ServerReportBuilder(C).restarted());
        TableRules.check(table, next, observe());
    }

    private boolean isAccepted(Command command) {
        return next(command).answers().get(0).isAccepted();
    }
}
