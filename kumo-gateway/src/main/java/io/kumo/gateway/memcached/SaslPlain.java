package io.kumo.gateway.memcached;

import io.kumo.auth.Credentials;
import io.kumo.base.Bytes;
import java.util.Optional;

/** The message of SASL's mechanism PLAIN: whom to act for, who it is, password, with a NUL between them. */
public final class SaslPlain {
    public static final String MECHANISM = "PLAIN";

    private static final Bytes NAME = Bytes.utf8(MECHANISM);

    private SaslPlain() {}

    public static boolean isMechanism(Bytes name) {
        return name.equals(NAME);
    }

    /** Empty if the message is none of PLAIN, or too long for anybody's name and password. */
    public static Optional<Credentials> credentials(Bytes message) {
        byte[] text = message.unsafeArray();
        int user = indexOfNul(text, 0) + 1;
        int password = user == 0 ? 0 : indexOfNul(text, user) + 1;
        if (password == 0 || indexOfNul(text, password) >= 0) {
            return Optional.empty();
        }
        int userBytes = password - 1 - user;
        int passwordBytes = text.length - password;
        boolean fits = userBytes > 0
                && userBytes <= Credentials.MAX_USER_BYTES
                && passwordBytes <= Credentials.MAX_PASSWORD_BYTES;
        return fits
                ? Optional.of(new Credentials(
                        Bytes.copyOf(text, user, userBytes), Bytes.copyOf(text, password, passwordBytes)))
                : Optional.empty();
    }

    private static int indexOfNul(byte[] text, int from) {
        for (int i = from; i < text.length; i++) {
            if (text[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}
