package io.kumo.register;

import static io.kumo.register.Tables.managerVoter;
import static io.kumo.register.Tables.serverVoter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.register.RegisterMessages.Learned;
import io.kumo.table.ClusterTable;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final ClusterTable THREE = Tables.table(7, 3, 0);
    private static final Learned CLEAR = new Learned(5, 7, false, true, Optional.empty());

    @Test
    void needsAQuorumThatDoesWithoutTheAsker() {
        Recovery one = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(1), CLEAR)
                .onLearned(managerVoter(2), CLEAR);
        assertFalse(one.isComplete());
        assertTrue(one.onLearned(managerVoter(3), CLEAR).isComplete());
    }

    @Test
    void oneOfTwoManagersNeedsTheOtherAndMostServers() {
        Recovery recovery = Recovery.start(managerVoter(1), Tables.table(7, 2, 3), 5)
                .onLearned(managerVoter(2), CLEAR)
                .onLearned(serverVoter(1), CLEAR);
        assertFalse(recovery.isComplete());
        assertTrue(recovery.onLearned(serverVoter(3), CLEAR).isComplete());
    }

    @Test
    void aVoteThatMayHaveBeenDecisiveIsNoClearance() {
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(2), CLEAR)
                .onLearned(managerVoter(3), new Learned(5, 7, true, true, Optional.empty()));
        assertFalse(recovery.isComplete());
    }

    @Test
    void whoForgotTooOrIsBehindIsNoHelp() {
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(2), new Learned(5, 7, false, false, Optional.empty()))
                .onLearned(managerVoter(3), new Learned(5, 6, false, true, Optional.empty()));
        assertTrue(recovery.clear().isEmpty());
    }

    @Test
    void answersOfAnEarlierRoundDontCount() {
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 6)
                .onLearned(managerVoter(2), CLEAR)
                .onLearned(managerVoter(3), CLEAR);
        assertFalse(recovery.isComplete());
    }

    @Test
    void aNewerTableMakesTheRoundVoid() {
        ClusterTable newer = Tables.next(THREE, 1);
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(2), new Learned(5, 8, false, true, Optional.of(newer)))
                .onLearned(managerVoter(3), CLEAR)
                .onLearned(managerVoter(2), CLEAR);
        assertEquals(Optional.of(newer), recovery.newest());
        assertFalse(recovery.isComplete());
    }

    @Test
    void theNewestOfSeveralTablesIsLearnt() {
        ClusterTable newer = Tables.next(THREE, 1);
        ClusterTable newest = Tables.next(newer, 2);
        Learned older = new Learned(5, 8, false, true, Optional.of(newer));
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(2), new Learned(5, 9, false, true, Optional.of(newest)))
                .onLearned(managerVoter(3), older);
        assertEquals(Optional.of(newest), recovery.newest());
    }

    @Test
    void whatAnotherClusterKnowsIsNotLearnt() {
        ClusterTable foreign = ClusterTable.birth("00000000000000ff", 3, 1, Tables.managers(3));
        ClusterTable ahead = foreign;
        while (ahead.version() <= THREE.version()) {
            ahead = ahead.next(ahead.servers(), ahead.partitions());
        }
        Recovery recovery = Recovery.start(managerVoter(1), THREE, 5)
                .onLearned(managerVoter(2), new Learned(5, ahead.version(), false, true, Optional.of(ahead)));
        assertTrue(recovery.newest().isEmpty());
    }
}
