package io.kumo.table;

import io.kumo.base.Check;
import java.util.Locale;

/**
 * A server, known by the id in its store directory, not by its address. Printed as 16 hexadecimal digits.
 *
 * @param value random, never 0
 */
public record ServerId(long value) implements Comparable<ServerId> {
    public ServerId {
        Check.argument(value != 0, "a server id is never 0");
    }

    /** Reads what {@link #toString} prints; {@link IllegalArgumentException} for anything else. */
    public static ServerId parse(String hex) {
        try {
            return new ServerId(Long.parseUnsignedLong(hex, 16));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + hex + "' is not a server id (16 hexadecimal digits)", e);
        }
    }

    /** Written out, as it is asked for with every message: what records get is slow until it is compiled. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ServerId id && id.value == value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    @Override
    public int compareTo(ServerId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%016x", value);
    }
}
