package io.kumo.protocol;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Who may call a method. Said once, where the method is defined; checked for each call, with and without security, so
 * that a call which a secured cluster would refuse fails everywhere.
 */
public final class Callers {
    public static final Callers ALL = of(Role.MANAGER, Role.SERVER, Role.GATEWAY, Role.OPERATOR);

    private final int bits;

    private Callers(int bits) {
        this.bits = bits;
    }

    public static Callers of(Role first, Role... more) {
        int bits = 1 << first.ordinal();
        for (Role role : more) {
            bits |= 1 << role.ordinal();
        }
        return new Callers(bits);
    }

    public boolean include(Role role) {
        return (bits & 1 << role.ordinal()) != 0;
    }

    /** For people. */
    @Override
    public String toString() {
        return Arrays.stream(Role.values())
                .filter(this::include)
                .map(Role::word)
                .collect(Collectors.joining(", "));
    }
}
