package io.kumo.config;

import io.kumo.base.Check;
import java.time.Duration;
import java.util.Locale;

/** Reads numbers with units; {@link IllegalArgumentException} with a text for the user. */
public final class Quantities {
    private Quantities() {}

    static long number(String text, long least, long most) {
        long value;
        try {
            value = Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
        }
        Check.argument(value >= least && value <= most, "%s is not between %d and %d", text, least, most);
        return value;
    }

    /** A number with ms, s, m, h or d; seconds without. */
    public static Duration duration(String text) {
        int digits = digits(text);
        String unit = text.substring(digits).trim().toLowerCase(Locale.ROOT);
        long millisEach = switch (unit) {
            case "ms" -> 1;
            case "", "s", "sec" -> 1000;
            case "m", "min" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 0;
        };
        Check.argument(digits > 0 && millisEach > 0, "'%s' is not a time such as 5s, 500ms or 10m", text);
        return Duration.ofMillis(scaled(text, text.substring(0, digits), millisEach));
    }

    /** A number with k, m, g or t, powers of 1024; bytes without. */
    public static long bytes(String text, long least, long most) {
        int digits = digits(text);
        String unit = text.substring(digits).trim().toLowerCase(Locale.ROOT);
        long bytesEach = switch (unit) {
            case "", "b" -> 1;
            case "k", "kb", "kib" -> 1L << 10;
            case "m", "mb", "mib" -> 1L << 20;
            case "g", "gb", "gib" -> 1L << 30;
            case "t", "tb", "tib" -> 1L << 40;
            default -> 0;
        };
        Check.argument(digits > 0 && bytesEach > 0, "'%s' is not a number of bytes such as 4096, 64k or 1m", text);
        long value = scaled(text, text.substring(0, digits), bytesEach);
        Check.argument(value >= least && value <= most, "%s is not between %d and %d bytes", text, least, most);
        return value;
    }

    private static int digits(String text) {
        int end = 0;
        while (end < text.length() && (Character.digit(text.charAt(end), 10) >= 0 || text.charAt(end) == '.')) {
            end++;
        }
        return end;
    }

    private static long scaled(String text, String number, long each) {
        try {
            double value = Double.parseDouble(number) * each;
            Check.argument(value <= 1L << 53, "%s is too large", text);
            return Math.round(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' does not start with a number", e);
        }
    }
}
