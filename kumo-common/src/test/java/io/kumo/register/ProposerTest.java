package io.kumo.register;

import static io.kumo.register.Tables.CLUSTER;
import static io.kumo.register.Tables.managerVoter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.register.Proposer.Outcome;
import io.kumo.register.Proposer.Phase;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.table.ClusterTable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProposerTest {
    private static final ClusterTable BASE = Tables.table(7, 3, 0);
    private static final ClusterTable OURS = Tables.next(BASE, 1);
    private static final ClusterTable THEIRS = Tables.next(BASE, 2);
    private final Proposer first = Proposer.start(BASE, OURS, Tables.manager(1), 11);

    private static Promise granted(Proposer proposer, Ballot acceptedIn, Optional<ClusterTable> voted) {
        return new Promise(Verdict.GRANTED, 7, proposer.ballot(), proposer.ballot(), acceptedIn, voted);
    }

    private static Promise granted(Proposer proposer) {
        return granted(proposer, Ballot.NONE, Optional.empty());
    }

    private static Accepted accepted(Proposer proposer) {
        return new Accepted(Verdict.GRANTED, 7, proposer.ballot(), proposer.ballot(), Optional.empty());
    }

    @Test
    void decidesItsTableWithAMajority() {
        assertEquals(Optional.of(new Prepare(CLUSTER, 7, first.ballot())), first.request());
        Proposer preparing = first.onPromise(managerVoter(1), granted(first));
        assertEquals(List.of(managerVoter(2), managerVoter(3)), preparing.unanswered());
        Proposer accepting = preparing.onPromise(managerVoter(3), granted(first));
        assertEquals(Optional.of(new Accept(CLUSTER, 7, first.ballot(), OURS)), accepting.request());
        Proposer one = accepting.onAccepted(managerVoter(1), accepted(first));
        assertFalse(one.isDone());
        assertFalse(one.isOutbid());
        Proposer done = one.onAccepted(managerVoter(2), accepted(first));
        assertEquals(new Outcome.Committed(OURS), done.outcome());
        assertTrue(done.request().isEmpty());
    }

    @Test
    void proposesTheVoteOfTheHighestBallotInsteadOfItsOwn() {
        Ballot low = new Ballot(1, Tables.manager(2), 5);
        Ballot high = new Ballot(3, Tables.manager(2), 5);
        Promise newer = granted(first, high, Optional.of(THEIRS));
        Promise older = granted(first, low, Optional.of(Tables.next(BASE, 3)));
        Optional<Accept> theirs = Optional.of(new Accept(CLUSTER, 7, first.ballot(), THEIRS));
        assertEquals(
                theirs,
                first.onPromise(managerVoter(1), newer)
                        .onPromise(managerVoter(2), older)
                        .request());
        assertEquals(
                theirs,
                first.onPromise(managerVoter(1), older)
                        .onPromise(managerVoter(2), newer)
                        .request());
    }

    @Test
    void aVoteCountsWhoeverTellsOfIt() {
        Promise voted = granted(first, new Ballot(1, Tables.manager(2), 5), Optional.of(THEIRS));
        Optional<Accept> theirs = Optional.of(new Accept(CLUSTER, 7, first.ballot(), THEIRS));
        assertEquals(
                theirs,
                first.onPromise(managerVoter(1), granted(first))
                        .onPromise(managerVoter(2), voted)
                        .request());
        assertEquals(
                theirs,
                first.onPromise(managerVoter(1), voted)
                        .onPromise(managerVoter(2), granted(first))
                        .request());
    }

    @Test
    void countsARepeatedAnswerOnce() {
        Proposer preparing =
                first.onPromise(managerVoter(1), granted(first)).onPromise(managerVoter(1), granted(first));
        assertEquals(Phase.PREPARING, preparing.phase());
    }

    @Test
    void ignoresAnswersToAnEarlierAttempt() {
        Proposer second = first.retry();
        assertSame(second, second.onPromise(managerVoter(1), granted(first)));
        assertTrue(first.ballot().isBelow(second.ballot()));
    }

    @Test
    void bidsAboveWhatOutbidIt() {
        Ballot theirs = new Ballot(9, Tables.manager(3), 5);
        Proposer outbid = first.onPromise(
                managerVoter(2), new Promise(Verdict.OUTBID, 7, first.ballot(), theirs, Ballot.NONE, Optional.empty()));
        assertTrue(outbid.isOutbid());
        assertTrue(outbid.request().isEmpty());
        assertEquals(10, outbid.retry().ballot().counter());
    }

    @Test
    void anotherTableOfItsVersionIsTheDecision() {
        Proposer done = first.onPromise(
                managerVoter(2),
                new Promise(Verdict.NEWER, 7, first.ballot(), Ballot.NONE, Ballot.NONE, Optional.of(THEIRS)));
        assertEquals(new Outcome.Committed(THEIRS), done.outcome());
    }

    @Test
    void aTableBeyondItsVersionSupersedesIt() {
        ClusterTable beyond = Tables.next(THEIRS, 4);
        assertEquals(new Outcome.Superseded(beyond), first.onCommitted(beyond).outcome());
        assertFalse(first.onCommitted(BASE).isDone());
    }

    @Test
    void theFirstTableNeedsTheVoteOfEveryManager() {
        ClusterTable birth = Tables.table(1, 3, 0);
        Proposer founding = Proposer.startFounding(birth, Tables.manager(1), 11);
        Promise yes =
                new Promise(Verdict.GRANTED, 0, founding.ballot(), founding.ballot(), Ballot.NONE, Optional.empty());
        Proposer two = founding.onPromise(managerVoter(1), yes).onPromise(managerVoter(2), yes);
        assertEquals(Phase.PREPARING, two.phase());
        assertEquals(Phase.ACCEPTING, two.onPromise(managerVoter(3), yes).phase());
    }

    @Test
    void refusesATableThatDoesNotFollow() {
        assertThrows(IllegalArgumentException.class, () -> Proposer.start(BASE, BASE, Tables.manager(1), 11));
        ClusterTable foreign = ClusterTable.birth("00000000000000ff", 3, 1, Tables.managers(3));
        assertThrows(
                IllegalArgumentException.class,
                () -> Proposer.start(BASE, foreign.next(List.of(), foreign.partitions()), Tables.manager(1), 11));
    }
}
