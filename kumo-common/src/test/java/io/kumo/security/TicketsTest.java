package io.kumo.security;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TicketsTest {
    private final Tickets tickets = new Tickets(2, 1_000);

    @Test
    void aTicketIsGoodOnceAndForAWhile() {
        tickets.issue("a", "secret", 0);
        assertTrue(tickets.redeem("a", "secret", 999));
        assertFalse(tickets.redeem("a", "secret", 999));
        tickets.issue("b", "secret", 0);
        assertFalse(tickets.redeem("b", "secret", 1_000));
    }

    @Test
    void whoGuessesWrongHasUsedItUp() {
        tickets.issue("a", "secret", 0);
        assertFalse(tickets.redeem("a", "other", 1));
        assertFalse(tickets.redeem("a", "secret", 1));
        assertFalse(tickets.redeem("nobody", "secret", 1));
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        for (String user : new String[] {"a", "b", "c"}) {
            tickets.issue(user, "x", 0);
        }
        assertFalse(tickets.redeem("a", "x", 1));
        assertTrue(tickets.redeem("b", "x", 1) && tickets.redeem("c", "x", 1));
    }
}
