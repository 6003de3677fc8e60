package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import java.util.Arrays;
import java.util.Base64;

/** Keys as base64, taken as memcached takes them: what is no digit is skipped, and padding has to be there. */
final class Base64Key {
    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final byte[] VALUES = new byte[256];
    private static final byte PADDING = 64;
    private static final byte NONE = -1;

    static {
        for (int i = 0; i < VALUES.length; i++) {
            VALUES[i] = i == '=' ? PADDING : (byte) DIGITS.indexOf(i);
        }
    }

    private Base64Key() {}

    /** Empty if it is not base64. */
    static Bytes decode(Bytes text) {
        byte[] out = new byte[text.length()];
        int length = 0;
        int digits = 0;
        int padding = 0;
        int block = 0;
        for (byte character : text.unsafeArray()) {
            byte value = VALUES[character & 0xff];
            if (value == NONE) {
                continue;
            }
            digits++;
            if (padding > 0 && (digits - 1) % 4 == 0) {
                continue; // after the block with padding everything is counted only
            }
            padding += value == PADDING ? 1 : 0;
            block = (block << 6) | (value & 63);
            if (digits % 4 == 0) {
                if (padding > 2) {
                    return Bytes.EMPTY;
                }
                for (int i = 0; i < 3 - padding; i++) {
                    out[length++] = (byte) (block >> (16 - 8 * i));
                }
                block = 0;
            }
        }
        return digits % 4 == 0 ? Bytes.wrap(Arrays.copyOf(out, length)) : Bytes.EMPTY;
    }

    static byte[] encode(Bytes key) {
        return Base64.getEncoder().encode(key.unsafeArray());
    }
}
