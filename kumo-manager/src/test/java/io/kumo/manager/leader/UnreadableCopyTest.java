package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.manager.leader.Command.Answer;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies that say that they can't be read, after a power cut of all. */
class UnreadableCopyTest {
    private static final ServerId A = new ServerId(1);
    private static final ServerId B = new ServerId(2);
    private static final ServerId C = new ServerId(3);

    private final LeaderCase cluster = new LeaderCase() {};
    private Partition before;
    private ServerId first;
    private ServerId second;
    private ServerId third;

    @BeforeEach
    void cutThePower() {
        cluster.attached(A, B, C);
        before = row();
        first = before.inSync().get(0);
        second = before.inSync().get(1);
        third = before.inSync().get(2);
        cluster.killed(A);
        cluster.killed(B);
        cluster.killed(C);
        cluster.decide();
    }

    private Partition row() {
        return cluster.table.partition(0);
    }

    private LeaderCase.ServerReportBuilder lossy(ServerId id, long seq) {
        return cluster.new ServerReportBuilder(id).lossy(seq);
    }

    @Test
    void isNotChosenThoughTheOthersLostAllTheyHad() {
        cluster.report(first, lossy(first, 0).unreadable(0));
        cluster.report(second, lossy(second, 0).at(0, 0));
        cluster.report(third, lossy(third, 0).at(0, 0));
        cluster.decide();
        assertEquals(List.of(second), row().inSync());
        assertEquals(Set.of(first, third), Set.copyOf(row().joining()));
        assertEquals(before.epoch() + Restarts.LOSS, row().epoch());
    }

    @Test
    void aCopyThatNeverHadAnythingIsNotTakenForUnreadable() {
        cluster.report(first, lossy(first, 0).unreadable(0));
        cluster.report(second, cluster.new ServerReportBuilder(second).lossyWithNothing());
        cluster.report(third, cluster.new ServerReportBuilder(third).lossyWithNothing());
        cluster.decide();
        assertEquals(List.of(second), row().inSync());
    }

    /** A copy had begun to replace what it had, by a table that was lost with all managers. */
    @Test
    void ofAServerThatLostNothingJoinsAsSoonAsTheServerIsBack() {
        cluster.report(first, back(first).unreadable(0));
        cluster.report(second, back(second));
        cluster.report(third, back(third));
        cluster.decide();
        assertEquals(List.of(second, third), row().inSync());
        assertEquals(List.of(first), row().joining());
        assertTrue(cluster.table.partition(1).inSync().contains(first), "what it can read is as good as ever");
    }

    @Test
    void ofAServerThatIsBackFirstDoesNotReplaceThoseThatAreAway() {
        cluster.report(first, back(first).unreadable(0));
        cluster.decide();
        assertEquals(before.inSync(), row().inSync(), "the others may have what it can't read");
        assertEquals(List.of(first), cluster.table.partition(1).inSync());
        cluster.report(first, cluster.new ServerReportBuilder(first).unreadable(0));
        cluster.report(second, back(second));
        cluster.decide();
        cluster.report(first, cluster.new ServerReportBuilder(first).unreadable(0));
        cluster.decide();
        assertEquals(List.of(second), row().inSync());
        assertTrue(row().joining().contains(first));
        assertTrue(row().epoch() < before.epoch() + Restarts.LOSS, "nothing is lost");
    }

    @Test
    void staysInSyncWhereNoneCanBeRead() {
        for (ServerId id : before.inSync()) {
            cluster.report(id, back(id).unreadable(0));
        }
        cluster.decide();
        assertEquals(before.inSync(), row().inSync());
    }

    private LeaderCase.ServerReportBuilder back(ServerId id) {
        return cluster.new ServerReportBuilder(id).restarted().at(1, 7);
    }

    @Test
    void waitsForTheOthersToComeBack() {
        cluster.report(first, lossy(first, 0).unreadable(0));
        cluster.report(second, lossy(second, 0).unreadable(0));
        cluster.decide();
        assertEquals(before.inSync(), row().inSync());
        cluster.report(third, lossy(third, 3));
        cluster.decide();
        assertEquals(List.of(third), row().inSync());
    }

    @Test
    void theWaitIsNotEndedByForceForACopyThatCannotServe() {
        cluster.report(first, lossy(first, 0).unreadable(0));
        cluster.decide();
        Answer answer = cluster.decide(new Command.ForcePromote(List.of(0))).get(0);
        assertFalse(answer.isAccepted(), answer.text());
        assertTrue(answer.text().contains("no server that is there has a whole copy"), answer.text());
    }

    @Test
    void aJoinerIsForcedToLeadWhereTheOnlyCopyInSyncIsUnreadable() {
        cluster.report(first, lossy(first, 0).unreadable(0));
        cluster.report(second, lossy(second, 0).unreadable(0));
        cluster.report(third, lossy(third, 0).unreadable(0));
        cluster.decide();
        assertEquals(List.of(first), row().inSync());
        cluster.reports(second, third);
        cluster.report(first, cluster.new ServerReportBuilder(first).unreadable(0));
        cluster.report(second, cluster.new ServerReportBuilder(second).at(1, 4));
        long epoch = row().epoch();
        Answer answer = cluster.decide(new Command.ForcePromote(List.of())).get(0);
        assertTrue(answer.isAccepted(), answer.text());
        assertTrue(answer.text().contains("up to entry 4 of epoch 1"), answer.text());
        assertEquals(List.of(second), row().inSync());
        assertEquals(epoch + Restarts.LOSS, row().epoch());
    }

    @Test
    void aCopyWithADamagedRecordServesAndIsNotForced() {
        cluster.report(first, lossy(first, 9));
        cluster.report(second, lossy(second, 3));
        cluster.report(third, lossy(third, 3));
        cluster.decide();
        cluster.reports(first, third);
        cluster.report(first, cluster.new ServerReportBuilder(first).at(1, 9).damaged(0));
        cluster.report(second, cluster.new ServerReportBuilder(second).at(1, 3));
        Answer answer = cluster.decide(new Command.ForcePromote(List.of(0))).get(0);
        assertTrue(answer.text().contains("is not down"), answer.text());
    }
}
