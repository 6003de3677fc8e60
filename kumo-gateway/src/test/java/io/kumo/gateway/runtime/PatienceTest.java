package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.gateway.runtime.Patience.State;
import io.kumo.gateway.runtime.Patience.Verdict;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final long S = 1_000_000_000L;
    private static final State QUIET = new State(true, true, true, false, 0, 0);
    private static final State BUSY = new State(true, true, false, false, 0, 0);

    private static Patience patience(long idleS, long stallS) {
        return new Patience(new ClientLimits(1, 1, 1, idleS * 1000, stallS * 1000), 0);
    }

    private static State unread(long unreadBytes, long takenBytes, boolean crowded) {
        return new State(true, true, false, crowded, unreadBytes, takenBytes);
    }

    @Test
    void idleClientsGoOnceNothingIsUnderWay() {
        Patience patience = patience(10, 60);
        patience.onCommand(5 * S);
        assertEquals(Verdict.WAIT, patience.look(QUIET, 14 * S));
        assertEquals(Verdict.WAIT, patience.look(BUSY, 16 * S));
        assertEquals(Verdict.IDLE, patience.look(QUIET, 16 * S));
        assertEquals(Verdict.WAIT, patience(0, 60).look(QUIET, 1_000_000 * S));
    }

    @Test
    void aCommandMustBeWholeInTime() {
        Patience patience = patience(0, 60);
        patience.onRest(true, S);
        patience.onRest(true, 30 * S); // more of it came
        assertEquals(Verdict.WAIT, patience.look(QUIET, 60 * S));
        assertEquals(Verdict.STALLED, patience.look(QUIET, 62 * S));
        patience.onCommand(62 * S);
        patience.onRest(false, 62 * S);
        assertEquals(Verdict.WAIT, patience.look(QUIET, 1000 * S));
        assertEquals(Verdict.WAIT, patience(0, 0).look(QUIET, 1000 * S));
    }

    @Test
    void aClientThatIsNotReadFromIsNotBlamed() {
        Patience patience = patience(0, 60);
        patience.onRest(true, S);
        assertEquals(Verdict.WAIT, patience.look(new State(true, false, false, false, 0, 0), 100 * S));
        assertEquals(Verdict.WAIT, patience.look(QUIET, 150 * S));
        assertEquals(Verdict.STALLED, patience.look(QUIET, 161 * S));
    }

    @Test
    void aClientThatReadsSlowlyIsWaitedForAndOneThatDoesNotIsNot() {
        Patience patience = patience(0, 60);
        for (int second = 0; second < 600; second++) {
            assertEquals(Verdict.WAIT, patience.look(unread(500_000, second * 2000L, false), second * S));
        }
        Patience stuck = patience(0, 60);
        assertEquals(Verdict.WAIT, stuck.look(unread(500_000, 1_000_000, false), 30 * S));
        assertEquals(Verdict.WAIT, stuck.look(unread(500_000, 1_000_000, false), 90 * S));
        assertEquals(Verdict.STALLED, stuck.look(unread(500_000, 1_010_000, false), 91 * S));
    }

    @Test
    void itIsWaitedForLessWhileThereIsNoMemory() {
        Patience patience = patience(0, 60);
        assertEquals(Verdict.WAIT, patience.look(unread(500_000, 70_000, true), S));
        assertEquals(Verdict.WAIT, patience.look(unread(500_000, 70_000, true), 3 * S));
        assertEquals(Verdict.WAIT, patience.look(unread(500_000, 70_000, false), 4 * S));
        assertEquals(Verdict.STALLED, patience.look(unread(500_000, 70_000, true), 4 * S));
    }

    @Test
    void aStrangerMustSayWhoHeIs() {
        State stranger = new State(false, true, true, false, 0, 0);
        assertEquals(Verdict.WAIT, patience(0, 0).look(stranger, 60 * S));
        assertEquals(Verdict.ANONYMOUS, patience(0, 0).look(stranger, 61 * S));
    }
}
