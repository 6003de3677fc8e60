package io.kumo.auth;

import io.kumo.base.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether credentials are right. The hash is slow on purpose, and web servers connect often: so credentials
 * that were verified once are known again by a fast digest, keyed with a secret of this process that no disk sees.
 * {@link #recall} is for event loops, {@link #verify} for a thread that may work for a second.
 */
public final class Verifier {
    /** What is known of credentials. */
    public enum Verdict {
        ACCEPTED,
        REFUSED,
        /** They were not verified yet. */
        UNKNOWN
    }

    /** Wrong credentials that are known again: many clients with an old password must not cost a hash each time. */
    private static final int REMEMBERED_REFUSALS = 100;

    private final Bytes secret;
    private UsersFile users;
    private long generation;
    private final Map<Bytes, Bytes> accepted = new HashMap<>();
    private final Map<Bytes, Boolean> refused = new LinkedHashMap<>();

    /** @param secret random, at least as long as a digest */
    public Verifier(UsersFile users, Bytes secret) {
        this.users = users;
        this.secret = secret;
    }

    /** Takes a newer file; nothing that was verified before counts any more. */
    public synchronized void reload(UsersFile newUsers) {
        users = newUsers;
        generation++;
        accepted.clear();
        refused.clear();
    }

    public synchronized int userCount() {
        return users.userCount();
    }

    /** Looks whether these credentials were verified before; takes no time. */
    public Verdict recall(Credentials given) {
        if (!given.isPlausible()) {
            return Verdict.REFUSED;
        }
        Bytes digest = digest(given);
        synchronized (this) {
            Bytes known = accepted.get(given.user());
            if (known != null && MessageDigest.isEqual(known.unsafeArray(), digest.unsafeArray())) {
                return Verdict.ACCEPTED;
            }
            return refused.containsKey(digest) ? Verdict.REFUSED : Verdict.UNKNOWN;
        }
    }

    /** Verifies credentials; slow unless they are known again by now. */
    public boolean verify(Credentials given) {
        Verdict known = recall(given);
        if (known != Verdict.UNKNOWN) {
            return known == Verdict.ACCEPTED;
        }
        Optional<PasswordHash> hash;
        PasswordHash nobody; // hashed for users that are not there, so that time does not tell who is
        long before;
        synchronized (this) {
            hash = users.hashOf(given.user());
            nobody = users.hashOfNobody();
            before = generation;
        }
        Optional<char[]> password = given.passwordCharacters();
        boolean matches = hash.orElse(nobody).matches(password.orElseGet(() -> new char[] {'-'}));
        boolean right = matches && hash.isPresent() && password.isPresent();
        remember(given, right, before);
        return right;
    }

    private synchronized void remember(Credentials given, boolean right, long asOf) {
        if (asOf != generation) {
            return;
        }
        Bytes digest = digest(given);
        if (right) {
            accepted.put(given.user(), digest);
        } else {
            if (refused.size() >= REMEMBERED_REFUSALS) {
                refused.remove(refused.keySet().iterator().next());
            }
            refused.put(digest, Boolean.TRUE);
        }
    }

    private Bytes digest(Credentials given) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(secret.unsafeArray());
            sha.update(ByteBuffer.allocate(4).putInt(given.user().length()).flip());
            sha.update(given.user().unsafeArray());
            return Bytes.wrap(sha.digest(given.password().unsafeArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
