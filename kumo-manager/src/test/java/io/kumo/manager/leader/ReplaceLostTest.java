package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What becomes of the copies of a server that does not come back. */
class ReplaceLostTest extends LeaderCase {
    /** n of the faults of kumofs: a dead server kept its copies until an operator detached it. */
    @Test
    void aServerThatIsAwayForLongIsReplacedByItself() {
        attached(A, B, C, D);
        settle(A, B, C, D);
        killed(A);
        decide();
        settle(B, C, D);
        assertTrue(table.underReplicated() > 0, "for a while it is expected to come back");
        passMs(LeaderOptions.DEFAULT.replaceAfterMs() + 1_000);
        settle(B, C, D);
        assertEquals(0, table.underReplicated());
        assertEquals(0, copies(A));
    }
}
