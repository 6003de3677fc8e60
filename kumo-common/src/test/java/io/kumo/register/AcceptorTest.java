package io.kumo.register;

import static io.kumo.register.Tables.CLUSTER;
import static io.kumo.register.Tables.managerVoter;
import static io.kumo.register.Tables.serverVoter;
import static io.kumo.register.Tables.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AcceptorTest {
    private static final ClusterTable BASE = table(7, 3, 0);
    private static final ClusterTable NEXT = Tables.next(BASE, 1);
    private final Acceptor acceptor = Tables.acceptor(managerVoter(1), BASE);

    private static Ballot ballot(long counter, int manager) {
        return new Ballot(counter, Tables.manager(manager), 100 + manager);
    }

    private static Prepare prepare(long base, Ballot ballot) {
        return new Prepare(base == 0 ? "" : CLUSTER, base, ballot);
    }

    @Test
    void promisesAndTellsWhatItVotedFor() {
        Acceptor voted =
                acceptor.onAccept(new Accept(CLUSTER, 7, ballot(1, 2), NEXT)).next();
        Promise answer = voted.onPrepare(prepare(7, ballot(2, 3))).answer();
        assertEquals(Verdict.GRANTED, answer.verdict());
        assertEquals(Optional.of(new Proposal(ballot(1, 2), NEXT)), answer.accepted());
        assertEquals(ballot(2, 3), answer.promised());
    }

    @Test
    void refusesABallotBelowItsPromise() {
        Acceptor promised = acceptor.onPrepare(prepare(7, ballot(5, 2))).next();
        Acceptor.Step<Promise> lower = promised.onPrepare(prepare(7, ballot(5, 1)));
        assertEquals(Verdict.OUTBID, lower.answer().verdict());
        assertEquals(ballot(5, 2), lower.answer().promised());
        assertSame(promised, lower.next(), "nothing to persist");
        Acceptor.Step<Accepted> vote = promised.onAccept(new Accept(CLUSTER, 7, ballot(4, 3), NEXT));
        assertEquals(Verdict.OUTBID, vote.answer().verdict());
        assertTrue(vote.next().state().accepted().isEmpty());
    }

    @Test
    void aRepeatedRequestGetsTheSameAnswer() {
        Acceptor.Step<Promise> once = acceptor.onPrepare(prepare(7, ballot(5, 2)));
        Acceptor.Step<Promise> twice = once.next().onPrepare(prepare(7, ballot(5, 2)));
        assertEquals(once.answer(), twice.answer());
        assertEquals(once.next().state(), twice.next().state());
    }

    @Test
    void answersWithTheNewerTableThatItKnows() {
        Promise answer = acceptor.onPrepare(prepare(6, ballot(1, 2))).answer();
        assertEquals(Verdict.NEWER, answer.verdict());
        assertEquals(Optional.of(BASE), answer.table());
        assertTrue(answer.accepted().isEmpty());
    }

    @Test
    void saysThatItLacksTheTableThatTheVoteFollows() {
        assertEquals(
                Verdict.BEHIND,
                acceptor.onPrepare(prepare(9, ballot(1, 2))).answer().verdict());
    }

    @Test
    void aDecidedTableEndsTheVoteThatLedToIt() {
        Acceptor later = acceptor.onAccept(new Accept(CLUSTER, 7, ballot(3, 2), NEXT))
                .next()
                .onCommitted(NEXT);
        assertEquals(new AcceptorState(Optional.of(NEXT), Ballot.NONE, Optional.empty(), 0), later.state());
        assertSame(later, later.onCommitted(BASE), "an older table changes nothing");
    }

    /** Or the vote on what follows it would be forgotten, and could be decided otherwise. */
    @Test
    void aDecidedTableThatComesAgainChangesNothing() {
        Acceptor voted =
                acceptor.onAccept(new Accept(CLUSTER, 7, ballot(1, 2), NEXT)).next();
        assertSame(voted, voted.onCommitted(BASE));
    }

    @Test
    void votesForNoTableThatDoesNotFollow() {
        ClusterTable instead = Tables.marked(7, 3, 0, 5);
        assertEquals(
                Verdict.NO_VOTER,
                acceptor.onAccept(new Accept(CLUSTER, 7, ballot(1, 2), instead))
                        .answer()
                        .verdict());
    }

    @Test
    void takesNothingFromAnotherCluster() {
        Prepare foreign = new Prepare("00000000000000ff", 7, ballot(1, 2));
        assertEquals(Verdict.NO_VOTER, acceptor.onPrepare(foreign).answer().verdict());
        ClusterTable theirs = ClusterTable.birth("00000000000000ff", 3, 1, Tables.managers(3));
        ClusterTable ahead = new ClusterTable(
                "00000000000000ff",
                50,
                3,
                false,
                0,
                theirs.managers(),
                theirs.servers(),
                theirs.partitions(),
                Orders.NONE);
        assertSame(acceptor, acceptor.onCommitted(ahead));
    }

    @Test
    void aServerThatTheTableDoesNotCountDoesNotVote() {
        Acceptor server = Tables.acceptor(serverVoter(9), table(7, 2, 3));
        assertEquals(
                Verdict.NO_VOTER,
                server.onPrepare(prepare(7, ballot(1, 2))).answer().verdict());
    }

    @Test
    void aNewServerVotesAsSoonAsTheTableCountsIt() {
        Acceptor server = Tables.blank(serverVoter(2), 2).onCommitted(table(7, 2, 3));
        assertEquals(
                Verdict.GRANTED,
                server.onPrepare(prepare(7, ballot(1, 2))).answer().verdict());
    }

    @Test
    void aServerThatLostItsVotesDoesNotVoteUntilRecovered() {
        Acceptor server = new Acceptor(serverVoter(2), Tables.managers(2), AcceptorState.FORGOTTEN);
        Acceptor learned = server.onCommitted(table(7, 2, 3));
        assertFalse(learned.votes());
        assertTrue(learned.recovered(7).onCommitted(table(8, 2, 3)).votes());
    }

    @Test
    void aManagerWithAnEmptyDirectoryDoesNotVoteInAClusterThatItOnceVotedFor() {
        Acceptor learned = Tables.blank(managerVoter(1), 3).onCommitted(BASE);
        assertTrue(learned.isLost());
        assertEquals(
                Verdict.NO_VOTER,
                learned.onPrepare(prepare(7, ballot(1, 2))).answer().verdict());
        assertTrue(learned.onCommitted(NEXT).isLost(), "a newer table alone proves nothing");
    }

    @Test
    void aPromiseBeforeTheFirstTableDoesNotHideAnEmptyDirectory() {
        Acceptor learned = Tables.blank(managerVoter(1), 3)
                .onPrepare(prepare(0, ballot(1, 2)))
                .next()
                .onCommitted(BASE);
        assertTrue(learned.isLost());
    }

    @Test
    void whoVotedForTheFirstTableIsNotTakenForForgetful() {
        ClusterTable birth = table(1, 3, 0);
        Acceptor voted = Tables.blank(managerVoter(1), 3)
                .onAccept(new Accept("", 0, ballot(1, 2), birth))
                .next()
                .onCommitted(birth);
        assertTrue(voted.votes());
    }

    @Test
    void afterRecoveryItVotesOnlyOnWhatFollowsALaterTable() {
        Acceptor recovered = Tables.blank(managerVoter(1), 3).onCommitted(BASE).recovered(7);
        assertFalse(recovered.votes());
        assertTrue(recovered.onCommitted(NEXT).votes());
        Acceptor stale = Tables.blank(managerVoter(1), 3).onCommitted(BASE).recovered(6);
        assertTrue(stale.isLost(), "recovered for a table that is no longer the newest");
        assertSame(acceptor, acceptor.recovered(7), "it had forgotten nothing");
    }

    @Test
    void managersThatAreConfiguredDifferentlyFoundNoCluster() {
        ClusterTable others = ClusterTable.birth(
                CLUSTER, 3, 1, List.of(Tables.manager(1), Tables.manager(2), new HostPort("elsewhere", 1)));
        assertEquals(
                Verdict.NO_VOTER,
                Tables.blank(managerVoter(1), 3)
                        .onAccept(new Accept("", 0, ballot(1, 2), others))
                        .answer()
                        .verdict());
    }

    @Test
    void tellsAnAskerWhatItKnowsAndWhetherThatIsInDoubt() {
        Acceptor voted =
                acceptor.onAccept(new Accept(CLUSTER, 7, ballot(1, 2), NEXT)).next();
        Learned answer = voted.onLearn(new Learn(42, 6, false));
        assertEquals(new Learned(42, 7, true, true, Optional.of(BASE)), answer);
        assertTrue(voted.onLearn(new Learn(42, 7, false)).newer().isEmpty());
        assertTrue(
                Tables.blank(managerVoter(1), 3).onLearn(new Learn(1, 0, false)).isBlank());
    }
}
