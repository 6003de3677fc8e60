package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.table.ServerId;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final long SEC = 1_000_000_000L;
    private final ServerId peer = new ServerId(2);
    private final LeaseBook book = new LeaseBook(7, 100 * SEC);

    private boolean holds(long version, long nowNs) {
        return book.heldUntil(peer, version, nowNs) > nowNs;
    }

    @Test
    void aLeaseRunsFromItsAsking() {
        book.onGrant(peer, new LeaseGrant(7, 200 * SEC, 5));
        assertTrue(holds(5, 200 * SEC + LeaseBook.LEASE_NS - 1));
        assertFalse(holds(5, 200 * SEC + LeaseBook.LEASE_NS));
    }

    @Test
    void aGrantOfANewerTableCountsOnlyOnceThatIsKnown() {
        book.onGrant(peer, new LeaseGrant(7, 200 * SEC, 5));
        book.onGrant(peer, new LeaseGrant(7, 201 * SEC, 6));
        long now = 200 * SEC + LeaseBook.LEASE_NS / 2;
        assertTrue(holds(5, now), "the older one goes on");
        assertFalse(holds(5, 201 * SEC), "until it has run out");
        assertTrue(holds(6, 201 * SEC + LeaseBook.LEASE_NS / 2));
    }

    @Test
    void aGrantThatComesLateCountsForTheTableThatItsGranterKnew() {
        book.onGrant(peer, new LeaseGrant(7, 200 * SEC, 3));
        book.onGrant(peer, new LeaseGrant(7, 203 * SEC, 7));
        book.onGrant(peer, new LeaseGrant(7, 202 * SEC, 5));
        long now = 202 * SEC + LeaseBook.LEASE_NS / 2;
        assertFalse(holds(3, now), "its granter may have known of another primary");
        assertTrue(holds(5, now));
        book.onGrant(peer, new LeaseGrant(7, 201 * SEC, 5));
        assertTrue(holds(5, now), "an older one takes nothing away");
        book.onGrant(peer, new LeaseGrant(7, 204 * SEC, 4));
        assertFalse(holds(4, 204 * SEC), "that one is of no use any more");
    }

    @Test
    void aGrantToAnEarlierProcessIsNone() {
        book.onGrant(peer, new LeaseGrant(6, 200 * SEC, 5));
        assertFalse(holds(5, 200 * SEC));
    }

    @Test
    void theGranterWaitsForLongerThanTheAskerReads() {
        assertEquals(9, book.grant(peer, 300 * SEC, 9));
        assertTrue(book.grantedUntil(peer) > 300 * SEC + LeaseBook.LEASE_NS);
        assertTrue(book.grantedUntil(new ServerId(3)) > 100 * SEC + LeaseBook.LEASE_NS, "what it forgot at its start");
    }

    @Test
    void whatWasGrantedIsWaitedForToItsEnd() {
        long afterStart = book.grantedUntil(new ServerId(3));
        book.grant(peer, 300 * SEC, 9);
        assertEquals(300 * SEC + LeaseBook.GRANT_NS, book.grantedUntil(peer));
        book.grant(peer, 301 * SEC, 9);
        assertEquals(301 * SEC + LeaseBook.GRANT_NS, book.grantedUntil(peer), "a renewed one too");
        assertEquals(afterStart, book.grantedUntil(new ServerId(3)), "and nobody else's");
    }

    @Test
    void aPeerIsSilentSinceItsLastGrantWasAskedFor() {
        assertEquals(150 * SEC, book.lastGrantNs(peer, 150 * SEC), "never asked");
        book.onGrant(peer, new LeaseGrant(7, 200 * SEC, 5));
        assertEquals(200 * SEC, book.lastGrantNs(peer, 150 * SEC));
        assertEquals(250 * SEC, book.lastGrantNs(peer, 250 * SEC), "since then it is not expected to answer");
        book.onGrant(peer, new LeaseGrant(6, 300 * SEC, 5));
        assertEquals(200 * SEC, book.lastGrantNs(peer, 150 * SEC), "an earlier process asked for that");
    }

    @Test
    void aFenceIsLiftedByTheReleaseOfItsEpochOnly() {
        Fence fence = new Fence(0);
        fence.onDeposed(5, 10 * SEC);
        fence.onRelease(4);
        assertFalse(fence.isOver(9 * SEC));
        fence.onRelease(5);
        assertTrue(fence.isOver(9 * SEC));
        fence.onDeposed(6, 12 * SEC);
        fence.onDeposed(7, 11 * SEC);
        fence.onRelease(7);
        assertFalse(fence.isOver(11 * SEC), "the lease of epoch 6 still runs");
        assertTrue(fence.isOver(12 * SEC));
    }

    @Test
    void aReleaseMayComeBeforeTheTable() {
        Fence fence = new Fence(0);
        fence.onRelease(5);
        fence.onDeposed(5, 10 * SEC);
        assertTrue(fence.isOver(SEC));
    }
}
