package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was given to those who proved themselves on one connection, so that they are let in on another: each is good
 * once, for a while. From any thread.
 */
public final class Tickets {
    private static final int RANDOM_BYTES = 32;

    private final int most;
    private final long goodForMs;
    private final Map<String, Ticket> issued = new LinkedHashMap<>();

    /** @param untilMs when it is worth nothing any more */
    private record Ticket(Bytes password, long untilMs) {}

    public Tickets(int most, long goodForMs) {
        Check.argument(most > 0 && goodForMs > 0, "%d tickets for %d ms", most, goodForMs);
        this.most = most;
        this.goodForMs = goodForMs;
    }

    /** Gives one; the oldest goes if there are too many. */
    public synchronized void issue(String user, String password, long nowMs) {
        issued.values().removeIf(ticket -> ticket.untilMs() - nowMs <= 0);
        if (issued.size() >= most) {
            issued.remove(issued.keySet().iterator().next());
        }
        issued.put(user, new Ticket(Bytes.utf8(password), nowMs + goodForMs));
    }

    /** Whether somebody has a ticket, which is used up then. */
    public synchronized boolean redeem(String user, String password, long nowMs) {
        Ticket ticket = issued.remove(user);
        return ticket != null
                && ticket.untilMs() - nowMs > 0
                && MessageDigest.isEqual(
                        ticket.password().unsafeArray(), Bytes.utf8(password).unsafeArray());
    }

    /** A text that nobody guesses. */
    public static String text(Bytes random) {
        Check.argument(random.length() == RANDOM_BYTES, "%d random bytes", random.length());
        return new ClusterKey(random).hex();
    }
}
