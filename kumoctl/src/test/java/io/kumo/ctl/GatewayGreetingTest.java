package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.auth.Credentials;
import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatewayGreetingTest {
    private static final Optional<Credentials> AMY =
            Optional.of(new Credentials(Bytes.utf8("amy"), Bytes.utf8("gehäim")));

    private static void assertRefused(GatewayGreeting greeting, String line, String text) {
        KumoException refused = assertThrows(KumoException.class, () -> greeting.next(line));
        assertTrue(refused.getMessage().contains(text), refused.getMessage());
    }

    @Test
    void aPasswordIsToldOnlyToWhoAsksForOne() {
        assertEquals(Optional.empty(), new GatewayGreeting(AMY).next("MN"));
        assertEquals(Optional.empty(), new GatewayGreeting(AMY).next("ERROR")); // an older memcached
        GatewayGreeting greeting = new GatewayGreeting(AMY);
        assertEquals(
                "set login 0 0 11\r\namy gehäim\r\n",
                greeting.next("CLIENT_ERROR unauthenticated").orElseThrow().toUtf8());
        assertEquals(Optional.empty(), greeting.next("STORED"));
    }

    @Test
    void whoIsNotLetInIsToldWhy() {
        assertRefused(new GatewayGreeting(Optional.empty()), "CLIENT_ERROR unauthenticated", "give --user");
        GatewayGreeting wrong = new GatewayGreeting(AMY);
        wrong.next("CLIENT_ERROR unauthenticated");
        assertRefused(wrong, "CLIENT_ERROR authentication failure", "it does not know amy with that password");
    }
}
