package io.kumo.register;

import static io.kumo.register.Tables.managerVoter;
import static io.kumo.register.Tables.serverVoter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumRuleTest {
    @Test
    void oneManagerDecidesAlone() {
        QuorumRule rule = QuorumRule.of(Tables.table(4, 1, 3));
        assertTrue(rule.isQuorum(Set.of(managerVoter(1))));
        assertFalse(rule.isQuorum(Set.of(serverVoter(1), serverVoter(2), serverVoter(3))));
    }

    @Test
    void threeManagersDecideByMajorityAndServersDontCount() {
        QuorumRule rule = QuorumRule.of(Tables.table(4, 3, 3));
        assertTrue(rule.isQuorum(Set.of(managerVoter(1), managerVoter(3))));
        assertFalse(rule.isQuorum(Set.of(managerVoter(1), serverVoter(1), serverVoter(2), serverVoter(3))));
        assertEquals(3, rule.voters().size());
    }

    @Test
    void twoManagersDecideTogetherOrWithMostAttachedServers() {
        QuorumRule rule = QuorumRule.of(Tables.table(4, 2, 3));
        assertTrue(rule.isQuorum(Set.of(managerVoter(1), managerVoter(2))));
        assertTrue(rule.isQuorum(Set.of(managerVoter(2), serverVoter(1), serverVoter(3))));
        assertFalse(rule.isQuorum(Set.of(managerVoter(2), serverVoter(3))));
        assertFalse(rule.isQuorum(Set.of(serverVoter(1), serverVoter(2), serverVoter(3))));
    }

    @Test
    void halfOfTheServersIsNoMajority() {
        QuorumRule rule = QuorumRule.of(Tables.table(4, 2, 4));
        assertFalse(rule.isQuorum(Set.of(managerVoter(1), serverVoter(1), serverVoter(2))));
    }

    @Test
    void twoManagersWithoutAttachedServersMustAgree() {
        QuorumRule rule = QuorumRule.of(Tables.table(4, 2, 0));
        assertFalse(rule.isQuorum(Set.of(managerVoter(1))));
        assertTrue(rule.isQuorum(Set.of(managerVoter(1), managerVoter(2))));
    }

    @Test
    void serversThatAreFaultyOrLeavingDontVote() {
        List<ServerInfo> servers = List.of(
                Tables.server(1, ServerState.ATTACHED),
                Tables.server(2, ServerState.FAULT),
                Tables.server(3, ServerState.LEAVING));
        ClusterTable table = Tables.withServers(Tables.table(1, 2, 0), 0, servers);
        assertTrue(QuorumRule.of(table).isQuorum(Set.of(managerVoter(1), serverVoter(1))));
        assertFalse(QuorumRule.of(table).isQuorum(Set.of(managerVoter(1), serverVoter(2), serverVoter(3))));
    }

    @Test
    void theFirstTableNeedsAllManagers() {
        QuorumRule rule = QuorumRule.ofBirth(Tables.managers(3));
        assertFalse(rule.isQuorum(Set.of(managerVoter(1), managerVoter(2))));
        assertTrue(rule.isQuorum(Set.of(managerVoter(1), managerVoter(2), managerVoter(3))));
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,3", "2,0", "2,1", "2,2", "2,3", "2,4", "2,5", "3,3", "4,0", "5,2"})
    void anyTwoQuorumsHaveAVoterInCommon(int managers, int servers) {
        QuorumRule rule = QuorumRule.of(Tables.table(1, managers, servers));
        List<Voter> voters = new ArrayList<>(rule.voters());
        List<Integer> quorums = new ArrayList<>();
        for (int mask = 0; mask < 1 << voters.size(); mask++) {
            int chosen = mask;
            List<Voter> votes = voters.stream()
                    .filter(voter -> (chosen >> voters.indexOf(voter) & 1) == 1)
                    .toList();
            if (rule.isQuorum(votes)) {
                quorums.add(mask);
            }
        }
        assertFalse(quorums.isEmpty());
        for (int one : quorums) {
            for (int other : quorums) {
                assertTrue((one & other) != 0, () -> "no voter in common: " + one + " and " + other);
            }
        }
    }
}
