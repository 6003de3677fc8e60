package io.kumo.base;

import java.util.Locale;

/** Assertions that stay on in production. A broken invariant is a bug of ours and stops the node. */
public final class Check {
    private Check() {}

    /** Throws {@link IllegalStateException} unless {@code holds}; {@code format} is for {@link String#format}. */
    public static void invariant(boolean holds, String format, Object... arguments) {
        if (!holds) {
            throw new IllegalStateException("invariant broken: " + String.format(Locale.ROOT, format, arguments));
        }
    }

    /** Throws {@link IllegalArgumentException} unless {@code holds}; for values that a caller passed. */
    public static void argument(boolean holds, String format, Object... arguments) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
