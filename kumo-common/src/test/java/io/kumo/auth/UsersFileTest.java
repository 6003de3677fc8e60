package io.kumo.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import org.junit.jupiter.api.Test;

class UsersFileTest {
    private static final Bytes SALT = Bytes.utf8("0123456789abcdef");

    private static PasswordHash hash(String password) {
        return PasswordHash.of(password.toCharArray(), SALT, 1000);
    }

    private static String refusal(String text) {
        return assertThrows(IllegalArgumentException.class, () -> UsersFile.parse(text))
                .getMessage();
    }

    @Test
    void hashesAsOthersDo() {
        // hashlib.pbkdf2_hmac('sha256', b'password', b'0123456789abcdef', 1000)
        assertEquals(
                "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg==$hRRjgXWkW8ResfIvBP99J/T4vkgEmMRV/0tJTOjR59I=",
                hash("password").text());
    }

    @Test
    void knowsThePasswordAgainAndNoOther() {
        PasswordHash hash = PasswordHash.parse(hash("pässword").text());
        assertTrue(hash.matches("pässword".toCharArray()));
        assertFalse(hash.matches("passwort".toCharArray()));
        assertFalse(hash.matches("".toCharArray()));
    }

    @Test
    void keepsCommentsAndOrder() {
        UsersFile file = UsersFile.parse("# who\n\nbob:" + hash("b").text() + "\n# end\n");
        UsersFile more = file.with("amy", hash("a")).with("bob", hash("c"));
        String[] lines = more.text().split("\n");
        assertEquals("# who", lines[0]);
        assertTrue(lines[2].startsWith("bob:") && lines[4].startsWith("amy:"), more.text());
        assertTrue(more.hashOf(Bytes.utf8("bob")).orElseThrow().matches("c".toCharArray()));
        assertEquals(2, more.userCount());
        assertEquals(1, more.without("bob").orElseThrow().userCount());
        assertTrue(more.without("eve").isEmpty());
        assertEquals(more.text(), UsersFile.parse(more.text()).text());
    }

    @Test
    void saysWhichLineIsWrong() {
        String good = "bob:" + hash("b").text() + "\n";
        assertEquals("line 2 is not USER:HASH", refusal(good + "nonsense"));
        assertEquals("line 2: user bob is there twice", refusal(good + good));
        assertTrue(refusal("bob:secret").startsWith("line 1: not a hash made by 'kumoctl passwd'"));
        assertTrue(refusal("a b:" + hash("b").text()).startsWith("line 1: a user's name has"));
        assertTrue(refusal("bob:$pbkdf2-sha256$x$AAAA$AAAA").startsWith("line 1: 'x' is not a number"));
        assertTrue(refusal("bob:$pbkdf2-sha256$1$AAAA$AAAA").startsWith("line 1: 1 iterations"));
        assertTrue(refusal("bob:$pbkdf2-sha256$1000$AAAA$AAAA").startsWith("line 1: salt or hash"));
        assertTrue(refusal("bob:$pbkdf2-sha256$1000$?$AAAA").startsWith("line 1: "));
    }

    @Test
    void refusesNamesAndPasswordsThatNoProtocolCanSend() {
        assertThrows(IllegalArgumentException.class, () -> UsersFile.EMPTY.with("a:b", hash("x")));
        assertThrows(IllegalArgumentException.class, () -> UsersFile.EMPTY.with("", hash("x")));
        assertThrows(IllegalArgumentException.class, () -> UsersFile.EMPTY.with("#a", hash("x")));
        assertThrows(IllegalArgumentException.class, () -> UsersFile.EMPTY.with("x".repeat(129), hash("x")));
        assertThrows(IllegalArgumentException.class, () -> UsersFile.checkPassword("a b".toCharArray()));
        assertThrows(IllegalArgumentException.class, () -> UsersFile.checkPassword(new char[0]));
        assertThrows(
                IllegalArgumentException.class,
                () -> UsersFile.checkPassword("x".repeat(251).toCharArray()));
        UsersFile.checkPassword("correct-horse".toCharArray());
    }
}
