package io.kumo.auth;

import io.kumo.base.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A name and a password as a client sent them, in whatever protocol. Never printed. */
public record Credentials(Bytes user, Bytes password) {
    /** Longest name, bytes. */
    public static final int MAX_USER_BYTES = 128;
    /** Longest password, bytes. */
    public static final int MAX_PASSWORD_BYTES = 250;

    /** Whether anybody can have them. */
    public boolean isPlausible() {
        return !user.isEmpty()
                && !password.isEmpty()
                && user.length() <= MAX_USER_BYTES
                && password.length() <= MAX_PASSWORD_BYTES;
    }

    /**
     * Reads a message of SASL PLAIN (RFC 4616): {@code [authzid] NUL authcid NUL password}. The first name is who to
     * act as; it may be left out, or be that of the user.
     */
    public static Optional<Credentials> plain(Bytes message) {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        if (second < 0 || indexOfNul(message, second + 1) >= 0) {
            return Optional.empty();
        }
        byte[] bytes = message.unsafeArray();
        Bytes actAs = Bytes.copyOf(bytes, 0, first);
        Bytes user = Bytes.copyOf(bytes, first + 1, second - first - 1);
        Bytes password = Bytes.copyOf(bytes, second + 1, bytes.length - second - 1);
        return actAs.isEmpty() || actAs.equals(user) ? Optional.of(new Credentials(user, password)) : Optional.empty();
    }

    private static int indexOfNul(Bytes text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.at(i) == 0) {
                return i;
            }
        }
        return -1;
    }

    /** The password as characters; empty if it is not UTF-8, as those in a users file always are. */
    Optional<char[]> passwordCharacters() {
        try {
            ByteBuffer bytes = password.asByteBuffer();
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString().toCharArray());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Says who, never with what. */
    @Override
    public String toString() {
        return "credentials of " + user;
    }
}
