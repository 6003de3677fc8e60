package io.kumo.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whether two answers are the same byte for byte, but for cas uniques, which must be each other's, and for seconds,
 * which may have passed between them.
 */
final class Likeness {
    private static final int HEADER_BYTES = 24;
    private static final int CAS_AT = 16;
    private static final int LENGTH_AT = 8;
    /** That may pass between the two on a busy host. */
    private static final long SECONDS = 30;
    /** memcached notes once a minute that a record was read. */
    private static final long SECONDS_OF_READS = 60 + SECONDS;
    /** What memcached says of a time that has passed: 32 bits without a sign. */
    private static final long WRAPPED = Integer.MAX_VALUE;

    private final CasPairs cas;

    Likeness(CasPairs cas) {
        this.cas = cas;
    }

    boolean isSame(boolean binary, byte[] memcached, byte[] kumo) {
        return binary ? framesAreSame(memcached, kumo) : textsAreSame(text(memcached), text(kumo));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private boolean framesAreSame(byte[] memcached, byte[] kumo) {
        if (memcached.length != kumo.length) {
            return false;
        }
        ByteBuffer one = ByteBuffer.wrap(memcached.clone());
        ByteBuffer other = ByteBuffer.wrap(kumo.clone());
        int at = 0;
        while (at + HEADER_BYTES <= memcached.length) {
            if (!cas.fits(one.getLong(at + CAS_AT), other.getLong(at + CAS_AT))) {
                return false;
            }
            one.putLong(at + CAS_AT, 0);
            other.putLong(at + CAS_AT, 0);
            at += HEADER_BYTES + one.getInt(at + LENGTH_AT);
        }
        return Arrays.equals(one.array(), other.array());
    }

    private boolean textsAreSame(String memcached, String kumo) {
        String[] ones = memcached.split("\n", -1);
        String[] others = kumo.split("\n", -1);
        if (ones.length != others.length) {
            return false;
        }
        for (int i = 0; i < ones.length; i++) {
            if (!linesAreSame(ones[i], others[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean linesAreSame(String memcached, String kumo) {
        String[] ones = memcached.stripTrailing().split(" ", -1);
        String[] others = kumo.stripTrailing().split(" ", -1);
        boolean hasFigures = switch (ones[0]) {
            case "VALUE", "ME", "HD", "VA", "EN", "NF", "NS", "EX" -> true;
            default -> false;
        };
        if (!hasFigures || ones.length != others.length || memcached.endsWith("\r") != kumo.endsWith("\r")) {
            return memcached.equals(kumo);
        }
        for (int i = 0; i < ones.length; i++) {
            if (!wordsAreSame(ones[0], i, ones[i], others[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean wordsAreSame(String kind, int place, String memcached, String kumo) {
        if (kind.equals("VALUE")) {
            return place == 4 ? cas.fits(number(memcached), number(kumo)) : memcached.equals(kumo);
        } else if (kind.equals("ME") && place > 1) {
            return figuresAreSame(memcached, kumo);
        } else if (place == 0
                || kind.equals("ME")
                || memcached.isEmpty()
                || kumo.isEmpty()
                || memcached.charAt(0) != kumo.charAt(0)) {
            return memcached.equals(kumo);
        }
        String one = memcached.substring(1);
        String other = kumo.substring(1);
        return switch (memcached.charAt(0)) {
            case 'c' -> cas.fits(number(one), number(other));
            case 't' -> areClose(one, other) || (number(one) > WRAPPED && number(other) == 0);
            case 'l' -> areClose(one, other, SECONDS_OF_READS);
            default -> one.equals(other);
        };
    }

    /** Of me. */
    private boolean figuresAreSame(String memcached, String kumo) {
        String one = memcached.substring(memcached.indexOf('=') + 1);
        String other = kumo.substring(kumo.indexOf('=') + 1);
        if (memcached.startsWith("cas=") && kumo.startsWith("cas=")) {
            return cas.fits(number(one), number(other));
        } else if (memcached.startsWith("exp=") && kumo.startsWith("exp=")) {
            return one.equals(other) || areClose(one.replace("-", ""), other); // seconds below 0 in 1.6.18
        } else if (memcached.startsWith("la=") && kumo.startsWith("la=")) {
            return areClose(one, other, SECONDS_OF_READS);
        }
        return memcached.equals(kumo) || (memcached.startsWith("cls=") && kumo.startsWith("cls="));
    }

    private static boolean areClose(String one, String other) {
        return areClose(one, other, SECONDS);
    }

    private static boolean areClose(String one, String other, long seconds) {
        return one.equals(other)
                || (!one.startsWith("-") && !other.startsWith("-") && Math.abs(number(one) - number(other)) <= seconds);
    }

    /** -1 for what is none. */
    private static long number(String digits) {
        return digits.matches("[0-9]{1,20}") ? Long.parseUnsignedLong(digits) : -1;
    }
}
