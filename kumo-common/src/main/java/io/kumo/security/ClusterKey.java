package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret of 32 bytes that processes share. Never printed. */
public final class ClusterKey {
    public static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID_BYTES = 8;

    private final byte[] secret;
    private final Bytes id;

    public ClusterKey(Bytes secret) {
        Check.argument(secret.length() == BYTES, "a key has %d bytes", BYTES);
        this.secret = secret.toArray();
        this.id = Bytes.copyOf(mac(Bytes.utf8("kumo key id")).unsafeArray(), 0, ID_BYTES);
    }

    /** Names the key in the open; the key can't be found from it. */
    public Bytes id() {
        return id;
    }

    /** The key of gateways or of operators, made from the cluster's; it leads to no other. */
    public ClusterKey derive(Role role) {
        return new ClusterKey(mac(Bytes.utf8("kumo key of role " + role.word())));
    }

    /** A secret for another purpose. */
    public Bytes derive(String purpose) {
        return mac(Bytes.utf8("kumo " + purpose));
    }

    /** HMAC-SHA256 of the parts, each after its length, so that no two lists of parts are alike. */
    public Bytes mac(Bytes... parts) {
        int length = Arrays.stream(parts)
                .mapToInt(part -> Integer.BYTES + part.length())
                .sum();
        ByteBuffer text = ByteBuffer.allocate(length);
        for (Bytes part : parts) {
            text.putInt(part.length()).put(part.unsafeArray());
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return Bytes.wrap(mac.doFinal(text.array()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** As key files have it. */
    public String hex() {
        StringBuilder out = new StringBuilder(2 * BYTES);
        for (byte each : secret) {
            out.append(Character.forDigit(each >> 4 & 15, 16)).append(Character.forDigit(each & 15, 16));
        }
        return out.toString();
    }

    /** IllegalArgumentException, without the text, for what is no key. */
    public static ClusterKey parse(String hex) {
        byte[] bytes = new byte[BYTES];
        boolean fits = hex.length() == 2 * BYTES
                && StandardCharsets.US_ASCII.newEncoder().canEncode(hex);
        for (int i = 0; fits && i < BYTES; i++) {
            int high = Character.digit(hex.charAt(2 * i), 16);
            int low = Character.digit(hex.charAt(2 * i + 1), 16);
            fits = high >= 0 && low >= 0;
            bytes[i] = (byte) (high << 4 | low);
        }
        Check.argument(fits, "a key has %d hexadecimal digits", 2 * BYTES);
        return new ClusterKey(Bytes.wrap(bytes));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterKey key && id.equals(key.id) && Arrays.equals(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "key";
    }
}
