package io.kumo.ctl;

import io.kumo.auth.Credentials;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.util.Optional;

/**
 * What is said first on a connection to a gateway, or to any memcached server: it tells whether users must say who they
 * are, so that a password is sent to nobody who would store it as a value.
 */
public final class GatewayGreeting {
    private static final String WANTS_USER = "CLIENT_ERROR unauthenticated";
    private static final String WELCOME = "STORED";

    private final Optional<Credentials> login;
    private boolean isAsked;

    public GatewayGreeting(Optional<Credentials> login) {
        this.login = login;
    }

    /** What comes first: it changes nothing. */
    public static Bytes first() {
        return Bytes.utf8("mn\r\n");
    }

    /** What to send after this line of an answer; empty once commands may follow. KumoException: nobody may. */
    public Optional<Bytes> next(String line) {
        if (isAsked) {
            if (!line.equals(WELCOME)) {
                throw refused("it does not know " + login.orElseThrow().user().toUtf8()
                        + " with that password: see --user and --password-file (" + line + ")");
            }
            return Optional.empty();
        }
        if (!line.equals(WANTS_USER)) {
            return Optional.empty();
        }
        Credentials who =
                login.orElseThrow(() -> refused("it wants to know who you are: give --user and --password-file"));
        isAsked = true;
        String head =
                "set login 0 0 " + (who.user().length() + 1 + who.password().length()) + "\r\n";
        return Optional.of(
                Bytes.utf8(head + who.user().toUtf8() + " " + who.password().toUtf8() + "\r\n"));
    }

    private static KumoException refused(String text) {
        return new KumoException(ErrorCode.REFUSED, text);
    }
}
