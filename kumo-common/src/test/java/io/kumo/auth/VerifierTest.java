package io.kumo.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.auth.Verifier.Verdict;
import io.kumo.base.Bytes;
import org.junit.jupiter.api.Test;

class VerifierTest {
    private static final Bytes SALT = Bytes.utf8("0123456789abcdef");
    private static final Bytes SECRET = Bytes.utf8("secretsecretsecretsecretsecret12");

    private static UsersFile users(String user, String password) {
        return UsersFile.EMPTY.with(user, PasswordHash.of(password.toCharArray(), SALT, 1000));
    }

    private static Credentials credentials(String user, String password) {
        return new Credentials(Bytes.utf8(user), Bytes.utf8(password));
    }

    @Test
    void acceptsTheRightPasswordOfThatUserOnly() {
        Verifier verifier =
                new Verifier(users("bob", "right").with("amy", PasswordHash.of(new char[] {'x'}, SALT, 1000)), SECRET);
        assertTrue(verifier.verify(credentials("bob", "right")));
        assertFalse(verifier.verify(credentials("bob", "wrong")));
        assertFalse(verifier.verify(credentials("amy", "right")));
        assertFalse(verifier.verify(credentials("eve", "right")));
        assertFalse(verifier.verify(credentials("eve", "-")));
        assertFalse(verifier.verify(credentials("", "")));
        assertFalse(verifier.verify(credentials("bob", "")));
        assertFalse(verifier.verify(credentials("bob", "r".repeat(251))));
        assertFalse(verifier.verify(new Credentials(Bytes.utf8("bob"), Bytes.wrap(new byte[] {(byte) 0xff}))));
    }

    @Test
    void knowsAgainWhatItVerified() {
        Verifier verifier = new Verifier(users("bob", "right"), SECRET);
        assertEquals(Verdict.UNKNOWN, verifier.recall(credentials("bob", "right")));
        verifier.verify(credentials("bob", "right"));
        verifier.verify(credentials("bob", "wrong"));
        assertEquals(Verdict.ACCEPTED, verifier.recall(credentials("bob", "right")));
        assertEquals(Verdict.REFUSED, verifier.recall(credentials("bob", "wrong")));
        assertEquals(Verdict.UNKNOWN, verifier.recall(credentials("bobr", "ight")));
    }

    @Test
    void forgetsWhatItVerifiedWhenTheFileChanges() {
        Verifier verifier = new Verifier(users("bob", "old"), SECRET);
        verifier.verify(credentials("bob", "old"));
        verifier.verify(credentials("bob", "new"));
        verifier.reload(users("bob", "new"));
        assertFalse(verifier.verify(credentials("bob", "old")));
        assertTrue(verifier.verify(credentials("bob", "new")));
    }

    @Test
    void remembersOnlySoManyRefusals() {
        Verifier verifier = new Verifier(users("bob", "right"), SECRET);
        for (int i = 0; i < 110; i++) {
            verifier.verify(credentials("bob", "wrong" + i));
        }
        assertEquals(Verdict.UNKNOWN, verifier.recall(credentials("bob", "wrong0")));
        assertEquals(Verdict.REFUSED, verifier.recall(credentials("bob", "wrong109")));
    }

    @Test
    void readsSaslPlain() {
        assertEquals(
                credentials("bob", "pw"),
                Credentials.plain(Bytes.utf8("\0bob\0pw")).orElseThrow());
        assertEquals(
                credentials("bob", "pw"),
                Credentials.plain(Bytes.utf8("bob\0bob\0pw")).orElseThrow());
        assertTrue(Credentials.plain(Bytes.utf8("amy\0bob\0pw")).isEmpty());
        assertTrue(Credentials.plain(Bytes.utf8("bob\0pw")).isEmpty());
        assertTrue(Credentials.plain(Bytes.utf8("\0bob\0p\0w")).isEmpty());
        assertTrue(Credentials.plain(Bytes.EMPTY).isEmpty());
    }

    @Test
    void neverPrintsAPassword() {
        assertFalse(credentials("bob", "hush").toString().contains("hush"));
    }
}
