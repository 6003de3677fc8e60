package io.kumo.auth;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What is kept of a password: PBKDF2 with HMAC-SHA-256, salted, slow on purpose. Written as
 * {@code $pbkdf2-sha256$ITERATIONS$SALT$HASH}, the last two in base64.
 */
public record PasswordHash(int iterations, Bytes salt, Bytes hash) {
    /** Of new hashes; what OWASP asks for. About a quarter of a second of CPU. */
    public static final int ITERATIONS = 600_000;
    /** Of the salt of new hashes. */
    public static final int SALT_BYTES = 16;

    private static final String SCHEME = "pbkdf2-sha256";
    static final int HASH_BYTES = 32;
    private static final int FEWEST_ITERATIONS = 1000;
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int MOST_SALT_BYTES = 64;

    public PasswordHash {
        Check.argument(
                iterations >= FEWEST_ITERATIONS && iterations <= MOST_ITERATIONS,
                "%d iterations of a hash, not between %d and %d",
                iterations,
                FEWEST_ITERATIONS,
                MOST_ITERATIONS);
        Check.argument(
                salt.length() >= 8 && salt.length() <= MOST_SALT_BYTES && hash.length() == HASH_BYTES,
                "salt or hash has a wrong length");
    }

    /**
     * Hashes a new password.
     *
     * @param salt random
     */
    public static PasswordHash of(char[] password, Bytes salt, int iterations) {
        return new PasswordHash(iterations, salt, derive(password, salt, iterations));
    }

    /** Whether it is the hash of that password; takes the same time whether it is or not. */
    public boolean matches(char[] password) {
        return MessageDigest.isEqual(derive(password, salt, iterations).unsafeArray(), hash.unsafeArray());
    }

    private static Bytes derive(char[] password, Bytes salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(password, salt.unsafeArray(), iterations, 8 * HASH_BYTES);
        try {
            return Bytes.wrap(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no PBKDF2", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(password, '\0');
        }
    }

    /** Reads what {@link #text} wrote; {@link IllegalArgumentException} with a text for the user. */
    public static PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        Check.argument(
                parts.length == 5 && parts[0].isEmpty() && parts[1].equals(SCHEME),
                "not a hash made by 'kumoctl passwd' ($%s$...)",
                SCHEME);
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return new PasswordHash(
                    Integer.parseInt(parts[2]),
                    Bytes.wrap(base64.decode(parts[3])),
                    Bytes.wrap(base64.decode(parts[4])));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + parts[2] + "' is not a number of iterations", e);
        }
    }

    public String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "$" + SCHEME + "$" + iterations + "$" + base64.encodeToString(salt.unsafeArray()) + "$"
                + base64.encodeToString(hash.unsafeArray());
    }

    @Override
    public String toString() {
        return SCHEME;
    }
}
